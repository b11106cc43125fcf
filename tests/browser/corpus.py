"""The little corpus of the browser tests: a note, a paged PDF, and a file that means harm."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

LEADERS = """# Crypto leaders ask the president for talks

15 June 2022

The association of crypto firms wrote to the president on Tuesday and asked for a meeting.

{filler}

What does the association ask for?

The association asks for rules that do not change every year.

The finance ministry and the economy ministry would rather license the firms.
The Central Bank wants an almost total ban on crypto, as in China, and a digital ruble of its own.

{filler}
"""
FILLER = "\n\n".join(
    f"Paragraph {n} of the note says that miners in region {n} pay for their electricity on time."
    for n in range(1, 25)
)
PAGES = (
    "The digital ruble. A report on the pilot.",
    "The pilot of the digital ruble began on 15 August 2023 with thirteen banks.",
    "Payments with the digital ruble are free of charge for citizens.",
)
HOSTILE_LINE = (
    "The ferry to Visby leaves at seven o'clock ![](http://evil.example/a.png) "
    "<img src=http://evil.example/b.png onerror=\"document.title='owned'\"> "
    "<script>document.title='owned'</script> [here](javascript:alert(1)) "
    ":material/home: $5 -> **x**"
)
HOSTILE_NAME = "ferry ![](http:evil.example) _x_ <b>.txt"


def write_corpus(folder: Path) -> None:
    """Writes the three files."""
    folder.mkdir(parents=True)
    text = LEADERS.format(filler=FILLER)
    (folder / "crypto-leaders.md").write_text(text, encoding="utf-8")
    (folder / HOSTILE_NAME).write_text(f"Ferries\n\n{HOSTILE_LINE}\n", encoding="utf-8")
    canvas = Canvas(str(folder / "ruble.pdf"), pagesize=A5)
    canvas.setTitle("The digital ruble")
    for sentence in PAGES:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(30, 500, sentence)
        canvas.showPage()
    canvas.save()
