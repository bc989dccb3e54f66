"""The only program that opens a court's Word templates (trust F4, F5): limited in memory, time and file size, knows nothing of
the product, is given plain values only.

Run by `rendering.py`, never imported. Argument: JSON limits. Each line on standard input is a task, each answer a line of JSON:
{"do": "inspect", "template": path} → {"fields": […]};
{"do": "render", "template": path, "values": {…}, "to": path} → {"ok": true};
instead of either: {"refused": why, "now": what to do}.
"""

import json
import re
import resource
import signal
import sys
import zipfile
from io import BytesIO

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

RENDERED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|docProps/core\.xml")
LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}")
PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If, nodes.For, nodes.Not, nodes.And, nodes.Or)
TEXT = re.compile(rb"<w:t[ >][^<]*</w:t>|<w:t>[^<]*</w:t>")


class Refused(Exception):
    def __init__(self, why, now=""):
        super().__init__(why)
        self.why, self.now = why, now


class TooLong(BaseException):
    pass


def environment():
    """No globals, no filters but plain text ones, unknown names are errors, everything escaped."""
    env = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    env.globals.clear()
    env.filters = {}
    env.tests = {name: env.tests[name] for name in ("defined", "none")}
    return env


def opened(path):
    with open(path, "rb") as file:
        return DocxTemplate(BytesIO(file.read()))


def inspect(task):
    """The fields a template uses (`debtor.name` for one step down); what is more than fields, if and for is refused."""
    template, env, found = opened(task["template"]), environment(), set()
    for source in sources(task["template"], template):
        tree = env.parse(source)
        if any(not isinstance(n, PLAIN) for n in tree.find_all(nodes.Node)):
            raise Refused("模板里有函数调用、过滤器或引入语句", "模板只能写 {{ 字段 }}、{% if 字段 %} 和 {% for 项 in 列表 %}")
        if any(n.attr.startswith("_") for n in tree.find_all(nodes.Getattr)) or any(n.name == "self" for n in tree.find_all(nodes.Name)):
            raise Refused("模板里有不允许的写法", "请只用字段目录里的字段")
        free = meta.find_undeclared_variables(tree)
        within = {n.node.name: n.attr for n in tree.find_all(nodes.Getattr) if isinstance(n.node, nodes.Name)}
        found |= {name for name in free if name not in within}
        found |= {f"{n.node.name}.{n.attr}" for n in tree.find_all(nodes.Getattr) if getattr(n.node, "name", None) in free}
    return {"fields": sorted(found)}


def sources(path, template):
    """The Jinja text of every part that is rendered, tags joined again where Word had split them."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if RENDERED.fullmatch(name):
                yield template.patch_xml(archive.read(name).decode("utf-8"))


def render(task):
    template = opened(task["template"])
    template.render(task["values"], jinja_env=environment(), autoescape=True)
    template.save(task["to"])
    with zipfile.ZipFile(task["to"]) as archive:
        text = b"".join(TEXT.findall(archive.read("word/document.xml"))).decode("utf-8", "replace")
    if LEFT_OVER.search(re.sub(r"<[^>]+>", "", text)):
        raise Refused("文书里还有没有填上的字段", "请检查模板里花括号是否成对")
    return {"ok": True}


def answer(task, seconds):
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return {"inspect": inspect, "render": render}[task["do"]](task)
    except Refused as refused:
        return {"refused": refused.why, "now": refused.now}
    except UndefinedError as error:
        name = re.search(r"'([^']+)' is undefined|attribute '([^']+)'", str(error))
        field = next((g for g in name.groups() if g), "") if name else ""
        return {"refused": f"模板里的字段没有值：{field or error}", "field": field, "now": "请补填这个字段，或改正模板"}
    except TemplateSyntaxError as error:
        return {"refused": f"模板写法有错：{error.message}", "now": "请检查花括号、if 和 for 是否成对"}
    except SecurityError:
        return {"refused": "模板里有不允许的写法", "now": "请只用字段目录里的字段"}
    except TooLong:
        return {"refused": "生成用时过长，已经中止", "now": "请检查模板里的循环"}
    except MemoryError:
        return {"refused": "生成的文书过大", "now": "请检查模板里的循环"}
    except Exception as error:  # whatever a stranger's file does to the reader, the file is at fault
        return {"refused": f"不能读取这个模板（{type(error).__name__}）", "now": "请用 Word 另存为 .docx 后再上传"}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def too_long(*_):
    raise TooLong


def main():
    limits = json.loads(sys.argv[1])
    for what, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGALRM, too_long)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), limits["task_seconds"]), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
