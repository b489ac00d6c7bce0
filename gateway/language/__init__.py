"""Languages: tags, catalogues, folding, sizes, formats. Pure; no text for citizens stands here.

tags        our own tag (language and script) and how one falls back to another
catalogue   the translations of a locale, and which of them may be served
locales     what a locale's folder says of itself
words       how people say what they want, and STOP and START; understanding: which of it a sentence means
sorting     in which order names stand
fold        what people type: digits of any script, keys, what may be kept
measure     how much fits on a screen or in a message, and where a text may be cut
formats     dates, numbers, references and spans of days, as each locale writes them
"""
