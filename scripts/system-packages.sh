#!/usr/bin/env bash
# Chromium, Chinese fonts, LibreOffice and PostgreSQL for the tests: by apt where that is allowed, else a clear sentence.
set -euo pipefail
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
[ -n "$(fc-list "Noto Sans CJK SC" 2>/dev/null)" ] || missing+=(fonts-noto-cjk fontconfig)
command -v soffice >/dev/null 2>&1 || missing+=(libreoffice-writer-nogui)
compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试需要的系统软件：${missing[*]} …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "测试需要这些系统软件：${missing[*]}。请用管理员执行：apt-get install ${missing[*]}" >&2
    exit 1
fi
