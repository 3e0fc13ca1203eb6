"""The machine-readable description of /api/v1, and a reference page made from it alone."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from safelight.api.page import policy

router = APIRouter()


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """OpenAPI of /api/v1. Public: it says nothing about anybody's data."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The reference page: plain HTML, nothing loaded from elsewhere."""
    html = render(request.app.openapi())
    return HTMLResponse(html, headers={"Content-Security-Policy": policy(html)})


_STYLE = """
:root { color-scheme: dark light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  background: #17120f; color: #efe6dc; }
h1 { color: #ffb454; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #4a3b30; }
section { margin: 1.5rem 0; } code, pre { font-family: ui-monospace, monospace; font-size: 13px; }
h3 { font-size: 15px; margin-bottom: .2rem; } .verb { color: #ffb454; margin-right: .6rem; }
td { padding: .15rem 1rem .15rem 0; vertical-align: top; } td:first-child { white-space: nowrap; }
a { color: #ffb454; } p { margin: .3rem 0; white-space: pre-line; }
@media (prefers-color-scheme: light) { body { background: #fffaf4; color: #2b211a; }
  h1, .verb, a { color: #8a4b00; } }
"""


def render(description: dict[str, Any]) -> str:
    """An OpenAPI description as one HTML page."""
    groups: dict[str, list[str]] = {}
    for path, verbs in description["paths"].items():
        for verb, operation in verbs.items():
            group = (operation.get("tags") or ["other"])[0]
            groups.setdefault(group, []).append(_operation(verb, path, operation))
    body = "".join(
        f"<h2>{escape(group)}</h2>{''.join(parts)}" for group, parts in sorted(groups.items())
    )
    title = escape(f"{description['info']['title']} {description['info']['version']}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>"
        f"<p>{escape(description['info'].get('description', ''))}</p>"
        '<p><a href="openapi.json">openapi.json</a></p>'
        f"{body}</html>"
    )


def _operation(verb: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(each) for each in operation.get("parameters", []))
    text = operation.get("description") or operation.get("summary", "")
    anchor = escape(operation.get("operationId", ""), quote=True)
    return (
        f'<section id="{anchor}"><h3><code><span class="verb">{verb.upper()}</span>{escape(path)}'
        f"</code></h3><p>{escape(text)}</p>{_body(operation)}<table>{rows}</table></section>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    kind = schema.get("type") or " or ".join(
        str(each.get("type", "")) for each in schema.get("anyOf", [])
    )
    default = schema.get("default")
    note = f", default {default}" if default not in (None, "") else ""
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td>"
        f"<td>{escape(parameter['in'])}, {escape(kind)}{escape(note)}</td></tr>"
    )


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    named = [
        f"{kind}: {media.get('schema', {}).get('$ref', '').rsplit('/', 1)[-1]}".rstrip(": ")
        for kind, media in content.items()
    ]
    return f"<p>Body {escape(', '.join(named))}</p>" if named else ""
