"""`python -m zhixing.simulator --port N --seed S [--nasty]`."""

from __future__ import annotations

import argparse

from .server import run

HOST, PORT = "127.0.0.1", 8090


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for here and for the management command."""
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--seed", type=int, default=1, help="同一个数得到同一套模拟")
    parser.add_argument("--nasty", action="store_true", help="模拟缓慢、报错、残缺和中断")


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="zhixing.simulator", description="外部系统的模拟（仅供演示和测试）")
    add_arguments(parser)
    options = parser.parse_args()
    run(host=options.host, port=options.port, seed=options.seed, nasty=options.nasty)


if __name__ == "__main__":
    main()
