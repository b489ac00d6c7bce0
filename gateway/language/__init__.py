"""Languages: tags, catalogues, folding, sizes, formats. Pure; no text for citizens stands here.

tags        our own tag (language and script) and how one falls back to another
catalogue   the translations of a locale, and which of them may be served
fold        one spelling for what people type: digits, zero-width characters, variants
measure     how much fits on a screen or in a message, and where a text may be cut
formats     dates, numbers, references and spans of days, as each locale writes them
"""
