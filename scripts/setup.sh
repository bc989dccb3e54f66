#!/usr/bin/env bash
# Set up what `make run` or `make test` needs. Each step is skipped when its inputs have not changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-run}
export PIP_DISABLE_PIP_VERSION_CHECK=1

need() { command -v "$1" >/dev/null 2>&1 || { echo "缺少 $1：请先安装 $2。" >&2; exit 1; }; }
need python3 "Python 3.11 或更新版本"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 版本过低：需要 3.11 或更新版本。" >&2; exit 1; }

stamp() { cat "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
fresh() { [ -f ".venv/.stamp-$1" ] && [ "$(cat ".venv/.stamp-$1")" = "$2" ]; }

[ -x .venv/bin/python ] || python3 -m venv .venv
if [ "$what" = test ]; then lock=requirements-dev.lock; else lock=requirements.lock; fi
dev=$(stamp requirements-dev.lock); mark=$(stamp "$lock")
if ! fresh python "$dev" && ! fresh python "$mark"; then
    echo "安装 Python 依赖（$lock）…"
    .venv/bin/python -m pip install --quiet --require-hashes -r "$lock" 2> >(grep -v WARNING >&2 || true)
    echo "$mark" > .venv/.stamp-python
fi
project=$(stamp pyproject.toml)
if ! fresh project "$project" || [ ! -x .venv/bin/zhixing ]; then
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . 2> >(grep -v WARNING >&2 || true)
    echo "$project" > .venv/.stamp-project
fi

front=$(stamp package-lock.json zhixing/web/icons.txt scripts/vendor.py)
if ! fresh front "$front" || [ ! -f zhixing/web/static/vendor/htmx.min.js ]; then
    need npm "Node.js 20（只在安装时取图标和 htmx）"
    echo "取前端文件…"
    npm ci --silent
    .venv/bin/python scripts/vendor.py
    echo "$front" > .venv/.stamp-front
fi

if [ "$what" = test ]; then bash scripts/system-packages.sh; fi
if [ "$what" = run ]; then bash scripts/office-packages.sh; fi
