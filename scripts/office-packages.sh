#!/usr/bin/env bash
# LibreOffice and Chinese fonts turn Word papers into PDF. The product runs without them (Word files stay Word files) and says so.
set -euo pipefail
missing=()
command -v soffice >/dev/null 2>&1 || missing+=(libreoffice-writer-nogui)
command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list "Noto Serif CJK SC" 2>/dev/null)" ] || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装把文书转成 PDF 用的软件：${missing[*]} …"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null; } && exit 0
fi
echo "没有装 ${missing[*]}：文书可以拟制和下载 Word，不能生成 PDF、用印和打印。装好后重新启动即可。" >&2
