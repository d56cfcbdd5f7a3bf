"""A text for the reader that can be said in other languages, too."""


class Text(str):
    """The English text, with what it is made of: its template, the key of its translations, and the values in it."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> "Text":
        text = super().__new__(cls, template.format(**values))
        text.template, text.values = template, values
        return text
