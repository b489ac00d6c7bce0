"""What is wrong between the flows and the world they are served in: packs, words, routes, recordings. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from ..country import APPLY, Pack, Programme
from ..country.conditions import Counts, Is, Span, every_part, needs
from ..language import fold
from ..language.catalogue import PLACEHOLDER, Key, Locale, Texts
from ..language.locales import Traits
from ..language.words import Words, stands
from ..reading import Fault, did_you_mean
from .flow import Flow, Flows, context, sentences
from .speaking import fragments, own_sentences, small_names

COMPLAINT, TOPIC, LISTED = "complaint", "topic", "topics"
CHANGE, CHANGED, REQUEST = "change", "what", "request"
SCREENING = "screening"


def categories(flows: Flows, pack: Pack, today: date) -> Iterator[Fault]:
    """Categories that no choice leads to, and sensitive ones without a recently verified referral."""
    file = f"countries/{pack.code}/categories.yaml"
    flow = flows.get(COMPLAINT)
    asks = [step for step in flow.steps.values() if step.name == TOPIC or step.only.endswith(LISTED)] if flow else []
    asks += [flows[CHANGE].steps[CHANGED]] if CHANGED in (flows[CHANGE].steps if CHANGE in flows else ()) else []
    offered = {choice.code for step in asks for choice in step.choices} | ({APPLY} if REQUEST in flows else set())
    for line, category in enumerate(pack.categories.values(), 1):
        if flow and category.code not in offered:
            hint = did_you_mean(category.code, offered)
            yield Fault(file, line, f"pack {pack.code} has category '{category.code}'; no choice leads to it{hint}")
        if category.confidential or category.referral:
            referral = pack.referrals.get(category.referral)
            if referral is None or not referral.is_verified(today):
                what = f"category '{category.code}' is sensitive and needs a referral verified within 180 days"
                yield Fault(file, line, what)


def programmes(flows: Flows, pack: Pack) -> Iterator[Fault]:
    """Facts that a rule reads and no question settles, and questions that the screening does not ask so."""
    flow = flows.get(SCREENING)
    steps = {step.name: step for step in flow.steps.values() if step.verb == "ask"} if flow else {}
    settled = frozenset[str]().union(*(question.settles() for question in pack.questions.values()))
    for programme in pack.programmes.values():
        for fact in sorted(needs(programme.rule) - settled) if flow and programme.rule else ():
            what = f"{pack.code} rule '{programme.code}' needs '{fact}'; no question settles it"
            yield Fault(_file(pack, programme), programme.line, what + did_you_mean(fact, settled))
        yield from (Fault(_file(pack, programme), line, what) for line, what in _kinds(pack, programme) if flow)
    needed = frozenset[str]().union(*(needs(p.rule) for p in pack.programmes.values() if p.rule))
    for question in pack.questions.values():
        if not flow or not question.asked or not needed & question.settles():
            continue
        if question.code not in steps:
            what = f"{pack.code} rules need what '{question.code}' settles; no step of {SCREENING} asks it"
            yield Fault("countries/questions.yaml", 1, what + did_you_mean(question.code, steps))
            continue
        step = steps[question.code]
        codes = {choice.code for choice in (*step.choices, *step.also)}
        for answer in sorted(set(question.means) - codes if not step.rows else ()):
            what = f"question '{question.code}' knows the answer '{answer}', which its step does not offer"
            yield Fault("countries/questions.yaml", 1, what + did_you_mean(answer, codes))


def _kinds(pack: Pack, programme: Programme) -> Iterator[tuple[int, str]]:
    """Words where a number is known, numbers where a word is, and words that no answer gives; each with its line."""
    known: dict[str, set[str | Span]] = {}
    for question in pack.questions.values():
        for facts in question.means.values():
            for name, value in facts.items():
                known.setdefault(name, set()).add(value)
    counted = {name for name, values in known.items() if any(isinstance(value, tuple) for value in values)}
    for part in every_part(programme.rule) if programme.rule else ():
        if isinstance(part, Counts) and part.name in known and part.name not in counted:
            yield programme.line, f"{pack.code} rule '{programme.code}' counts '{part.name}', which is a word"
        if not isinstance(part, Is) or part.name not in known:
            continue
        if part.name in counted:
            what = f"{pack.code} rule '{programme.code}' compares '{part.name}' with a word; it is counted: use least"
            yield programme.line, what
            continue
        words = [one for one in known[part.name] if isinstance(one, str)]
        for word in sorted(part.words.difference(words)):
            what = f"{pack.code} rule '{programme.code}' wants '{part.name}' to be '{word}', which no answer gives"
            yield programme.line, what + did_you_mean(word, words)
    for amount in programme.amounts:
        names = [name for piece in amount.pieces for name in piece.per] + ([amount.less.fact] if amount.less else [])
        for name in names:
            if name not in counted:
                what = f"{pack.code} amount of '{programme.code}' counts '{name}', which no question counts"
                yield 1, what + did_you_mean(name, counted)
        if amount.most and amount.least > amount.most:
            yield 1, f"{pack.code} amount of '{programme.code}' is at least more than it is at most"


def _file(pack: Pack, programme: Programme) -> str:
    return f"countries/{pack.code}/programmes/{programme.code}.yaml"


def services(flows: Flows, pack: Pack, today: date) -> Iterator[Fault]:
    """Flows that a pack offers though there is none of that name, or nobody stands behind the help they name."""
    safe = any(referral.is_verified(today) for referral in pack.referrals.values())
    for service in pack.services:
        if service not in flows:
            what = f"pack {pack.code} offers '{service}', which is not a flow{did_you_mean(service, flows)}"
            yield Fault(f"countries/{pack.code}/country.yaml", 1, what)
            continue
        if not safe and any("referral" in PLACEHOLDER.findall(key[1]) for _, key in sentences(flows[service])):
            what = f"pack {pack.code} offers '{service}', which names a referral; none is verified within 180 days"
            yield Fault(f"countries/{pack.code}/country.yaml", 1, what)


def routes(flows: Flows, pack: Pack) -> Iterator[Fault]:
    """A question that we send by a route which cannot be answered, without saying what to dial."""
    silent = [row.name for row in pack.channels.values() if row.kind == "sms" and not row.can_reply]
    for flow in flows.values():
        first = flow.steps[flow.first()]
        says_what_to_dial = "dial" in PLACEHOLDER.findall(first.modes.get("sms", ""))
        if flow.sent and silent and first.verb == "ask" and not says_what_to_dial:
            what = f"step '{first.name}' asks by {silent[0]}, which cannot be answered; say in 'sms' what to {{dial}}"
            yield Fault(f"flows/{flow.name}.yaml", first.line, what)


def private_words(flows: Flows, locales: Mapping[str, Locale], words: Mapping[str, Words]) -> Iterator[Fault]:
    """A text of a private flow that names what nobody else may read."""
    for flow in flows.values():
        if not flow.private:
            continue
        for line, key in sentences(flow):
            for tag, known in words.items():
                locale = locales.get(tag)
                text = key[1] if locale is None else (locale.reviewed.get(key) or locale.drafts.get(key, ""))
                for word in known.sensitive:
                    if stands(fold.fold(word), fold.fold(text)):
                        what = f"{tag}: '{key[0]}' is private and names '{word}' in a text that may be sent"
                        yield Fault(f"flows/{flow.name}.yaml", line, what)


def headings(flows: Flows, words: Mapping[str, Words]) -> Iterator[Fault]:
    """Headings of words.yaml that open nothing."""
    for tag, known in words.items():
        for heading, meant in known.meant.items():
            name, *inside = heading.split(".")
            step = flows[name].steps.get(inside[0]) if name in flows and inside else None
            fits = name in flows and (not inside or (step and inside[-1] in {c.code for c in step.choices}))
            if not fits:
                what = f"{tag}: '{heading}' is no flow and no choice of one"
                yield Fault(f"locales/{tag}/words.yaml", meant.line, what)


def recordings(
    flows: Flows, pack: Pack, traits: Mapping[str, Traits], heard: Mapping[str, Collection[str]], texts: Texts
) -> Iterator[Fault]:
    """What a voice channel would have to say with neither a recording nor a voice of the provider's. `heard`: the
    recordings there are, by locale."""
    for row in pack.channels.values():
        for tag in row.languages if row.kind == "voice" else ():
            if tag not in traits:
                yield Fault(f"countries/{pack.code}/channels.yaml", row.line, f"'{tag}' is not a locale")
                continue
            if tag in row.own.get("voices", {}):
                continue
            lacking = [name for name in spoken(flows, pack.services, texts, tag) if name not in heard.get(tag, ())]
            if lacking:
                what = f"{tag}: {row.name} lacks {len(lacking)} recordings, the first '{lacking[0]}'"
                yield Fault(f"countries/{pack.code}/channels.yaml", row.line, what)


def spoken(flows: Flows, services: Collection[str], texts: Texts, tag: str) -> list[str]:
    """The names of every recording that a voice needs for these flows, and for the menu before them."""
    found = dict.fromkeys(small_names())
    for flow in _with_inner(flows, ("menu", "language", *services)):
        for key in _said(flow):
            found.update(dict.fromkeys(name for _, name in fragments(key[0], texts.find(tag, key)) if name))
    for key in own_sentences():
        found.update(dict.fromkeys(name for _, name in fragments(key[0], texts.find(tag, key)) if name))
    return list(found)


def _with_inner(flows: Flows, names: Collection[str]) -> list[Flow]:
    found: dict[str, Flow] = {}
    waiting = [name for name in names if name in flows]
    while waiting:
        flow = flows[waiting.pop(0)]
        if flow.name not in found:
            found[flow.name] = flow
            inner = (step.sub for step in flow.steps.values() if step.sub in flows and flow.name != "menu")
            waiting += inner
    return list(found.values())


def _said(flow: Flow) -> Iterator[Key]:
    """A flow's sentences as a voice says them: its own wording where a step has one, the long labels."""
    for step in flow.steps.values():
        mode = step.modes.get("voice")
        if mode or step.text:
            yield (context(flow, step, "voice"), mode) if mode else (context(flow, step), step.text)
        yield from ((context(flow, step, choice.code), choice.long) for choice in (*step.choices, *step.also))
        yield from ((context(flow, step, line), label) for line, label in step.lines.items())
        if step.yes:
            yield context(flow, step, "yes"), step.yes
