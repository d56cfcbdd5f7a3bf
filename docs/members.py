"""The table of every member, from the registries: python docs/members.py writes docs/members.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from engine import LIBRARIES, NOISES, SCHEDULES, Member, Registry
from optimizers import OPTIMIZERS
from surfaces import SURFACES

HEAD = """# Every member

Written by `python docs/members.py` from the declarations; a test sees that it is current. All comparisons are in
float64, those of optimizers at every step; a tolerance is absolute, and of the number's own size where that is larger.
"""


def section(title: str, members: Registry, more: dict[str, str]) -> str:
    lines = [
        f"## {title}: {len(members)}",
        "",
        f"| name | formula | source | checked against | tolerance |{more['head']}",
    ]
    lines.append("|---|---|---|---|---|" + "---|" * more["head"].count("|"))
    lines += [row(member) + more.get(member.id, "") for member in members.values()]
    return "\n".join(lines)


def row(member: Member) -> str:
    formula = rf"\begin{{gathered}}{member.tex}\end{{gathered}}" if r"\\" in member.tex else member.tex
    formula = formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ")  # a bar would end the cell
    source = member.reference
    published = f"{source.authors} {source.year}, {source.where}"
    return f"| {member.name} | $`{formula}`$ | {published} | {member.checked} | {member.tolerance:.0e} |"


def text() -> str:
    also = {
        id: f" {', '.join(name for library, name in LIBRARIES.items() if library in member.elsewhere) or 'none'} |"
        for id, member in OPTIMIZERS.items()
    }
    return (
        "\n\n".join(
            [
                HEAD.strip(),
                section("Optimizers", OPTIMIZERS, {"head": " code for |", **also}),
                section("Surfaces", SURFACES, {"head": ""}),
                section("Schedules", SCHEDULES, {"head": ""}),
                section("Noise models", NOISES, {"head": ""}),
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    (Path(__file__).parent / "members.md").write_text(text(), encoding="utf-8")
