"""What a citizen hears of her rights: from her first press to the message, on small screens and in chats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from gateway.cases.records import Case
from gateway.channels.outbox.records import Outgoing
from gateway.channels.posting import REPLY
from gateway.country.programmes import known_from
from gateway.entitlements.rules import judge, told_now
from gateway.people.records import Address

from .writers import Chatter, Texter

FAMILY = {
    "Has your family an equity card?": "Yes",
    "What work is there in your family?": "No work",
    "Does anyone need work?": "Nobody",
    "Are children at school?": "Grades 1-9",
    "Has anyone a disability?": "No",
    "Is anyone sixty or older?": "No",
    "How many children are under two?": "One",
    "Is anyone in the family pregnant?": "Yes",
}


def asked(screen: str) -> str:
    return next((line for line in screen.splitlines() if line in FAMILY), "")


def screened(sala, answers: dict[str, str] = FAMILY, number: str = "+85599000001"):
    """Goes through the screening with these answers; the caller, and what was asked."""
    caller, questions = sala.caller(number), []
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "What I can get")
    while question := asked(caller.screen):
        questions.append(question)
        caller.choose(answers[question])
    return caller, questions


def test_a_family_hears_what_it_may_ask_for_the_most_urgent_first(sala) -> None:
    caller, questions = screened(sala)
    assert len(questions) <= 8
    assert len(set(questions)) == len(questions)
    assert caller.screen.splitlines() == [
        "You may ask for 4; the office decides:", "1 Mother and baby", "2 Free health care", "3 Family Package",
        "4 Scholarship", "5 What is not for you", "6 All by SMS", "7 Appointment", "0 Back",
    ]  # fmt: skip
    assert "No name and no paper is asked." not in caller.screen
    caller.choose("Mother and baby")
    assert caller.screen.startswith("Somebody is pregnant or a child is under two")
    assert caller.choose("How much").startswith("up to 800,000 riel for those you named")
    assert caller.choose("Bring").startswith("Bring: Equity card, Identity card.")
    assert "How to ask" not in caller.screen, "nothing is known of it, and it can be asked for here"
    caller.choose("Others")
    assert "2 Free health care" in caller.screen


def test_nothing_is_asked_that_no_longer_matters(sala) -> None:
    """Without a card the old, the disabled and the pupils of a poor family's programmes are not asked for."""
    _, questions = screened(sala, {**FAMILY, "Has your family an equity card?": "No"})
    assert questions == [
        "Has your family an equity card?", "What work is there in your family?", "Does anyone need work?",
    ]  # fmt: skip


def test_what_she_does_not_know_is_never_a_no(sala) -> None:
    caller, _ = screened(sala, dict.fromkeys(FAMILY, "I do not know"))
    assert caller.screen.startswith("Not sure:")
    assert "What is sure" not in caller.screen, "nothing is"
    caller.choose("Family Package")
    assert caller.screen.startswith("For families with the card.")


def test_what_is_not_sure_and_what_is_lead_to_each_other(sala) -> None:
    """And what was chosen last is what is told, whichever list it stood in."""
    caller, _ = screened(sala, {**FAMILY, "Has anyone a disability?": "I do not know"})
    caller.choose("What is not sure")
    assert caller.screen.startswith("Not sure:")
    first = caller.screen.splitlines()[1].partition(" ")[2]
    caller.choose(first, "Others")
    assert caller.screen.startswith("Not sure:"), "back to the list from which it was told"
    caller.choose("What is sure")
    assert caller.screen.startswith("You may ask for 4")
    caller.choose("Mother and baby")
    assert caller.screen.startswith("Somebody is pregnant or a child is under two")
    caller.choose("Others", "What is not sure", "What is sure")
    assert caller.screen.startswith("You may ask for 4")


def test_a_call_that_is_cut_is_gone_on_with_and_left_alone_nothing_is_kept(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights", "What I can get", "Yes", "No work")
    caller.live = False
    assert "Continue" in caller.dial()
    caller.choose("Continue")
    assert caller.screen.splitlines()[0] in FAMILY
    caller.live = False
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=40))
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=80))
    assert caller.dial().startswith("How can we help?")


def test_nothing_is_offered_of_which_nothing_is_known(sala) -> None:
    """Of how much, and which papers, only where a source says it; how to ask, always."""
    rich = {**FAMILY, "Does anyone need work?": "Looks for work"}
    caller, _ = screened(sala, rich)
    caller.choose("Finding work")
    assert "How much" not in caller.screen
    assert "How to ask" in caller.screen
    assert "Ask now" in caller.screen


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("free hospital", "Free health care\nWith"), ("covid money", "COVID-19 money\nThis is no longer given"), ("equity card", "Equity card\nFor families"),
        ("Family Package", "Family Package\nAn allowance"), ("ពេទ្យឥតថ្លៃ", "Free health care\nWith"), ("ប្រាក់កូវីដ", "COVID-19 money\nThis is no longer given"),
    ],
)  # fmt: skip
def test_the_name_of_a_benefit_and_nothing_else_opens_it_in_any_language(sala, typed: str, told: str) -> None:
    chatter = Chatter(sala, "5001")
    chatter.write("/start")
    chatter.press("English")
    assert told in chatter.write(typed)


def test_every_name_of_every_benefit_opens_it(sala) -> None:
    from gateway.dialogue.actions.opening import opening

    wrong = []
    for code, channel in (("kh", "kh-ussd"), ("la", "la-ussd")):
        pack = sala.house.packs[code]
        for programme in pack.programmes.values():
            for name in (programme.name, *(alias for names in programme.aliases.values() for alias in names)):
                found = opening(sala.house, pack, sala.book, "en", name)
                if found is None or found.facts.get("benefit") != programme.code:
                    wrong.append((channel, name, found))
    assert wrong == []


def test_all_of_it_comes_as_one_message_with_the_papers_and_who_decides(sala) -> None:
    caller, _ = screened(sala)
    assert caller.choose("All by SMS").startswith("The message is on its way.")
    (text,) = [row for row in sala.all_of(Outgoing) if row.purpose == "rights"]
    assert text.body.splitlines() == [
        "You may ask for:", "1 Mother and baby: up to 800,000 riel for those you named", "2 Free health care",
        "Show the equity card at the health centre or hospital.", "3 Family Package",
        "4 Scholarship: 20,000 riel or more a month", "Register at the school.", "Bring: Equity card, Identity card.", "The office decides.",
        "If you do not agree, call 0000 (demo).",
    ]  # fmt: skip


def test_the_message_goes_at_once_also_after_stop_and_is_kept_two_days(sala) -> None:
    caller, _ = screened(sala)
    with sala.house.database.transaction() as db:
        for address in db.scalars(select(Address)):
            address.stopped_at = datetime.now(UTC)
    caller.choose("All by SMS")
    (text,) = [row for row in sala.all_of(Outgoing) if row.purpose == "rights"]
    assert text.kind == REPLY
    assert [address.stopped_at for address in sala.all_of(Address)] == [None]
    with sala.house.database.transaction() as db:
        db.get_one(Outgoing, text.id).state = "sent"
    sala.tick._purge(datetime.now(UTC) + timedelta(hours=49))
    assert [row.purpose for row in sala.all_of(Outgoing)] == []


def test_nobody_s_answers_outlive_the_conversation(sala) -> None:
    """Nothing is kept of it but the message that she asked for."""
    caller, _ = screened(sala)
    caller.choose("Mother and baby")
    caller.press("00")
    assert [row.purpose for row in sala.all_of(Outgoing)] == []


def test_who_does_not_agree_goes_to_a_complaint_that_knows_what_it_is_about(sala) -> None:
    caller, _ = screened(sala)
    caller.choose("Mother and baby")
    caller.choose("I do not agree", "Tell you later")
    caller.press("9", "1", "1")
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme) == ("list", "pregnancy")


def test_more_than_five_stand_behind_one_more_row(sala) -> None:
    rich = {**FAMILY, "What work is there in your family?": "In a company", "Does anyone need work?": "Hurt at work"}
    rich |= {"Has anyone a disability?": "Yes", "Is anyone sixty or older?": "Yes"}
    caller, _ = screened(sala, rich)
    assert "\n1 Hurt at work\n" in caller.screen
    caller.choose("Other benefits")
    assert caller.screen.startswith("Also:")
    caller.choose("NSSF health care")
    assert caller.screen.startswith("Somebody works for a company.")


def test_what_is_not_for_her_is_told_with_its_reason_and_may_be_contested(sala) -> None:
    caller, _ = screened(sala)
    caller.choose("What is not for you")
    assert caller.screen.startswith("Not for you:")
    caller.choose("Disability")
    assert caller.screen.startswith("This is for")
    caller.choose("Others")
    assert caller.screen.startswith("Not for you:")
    caller.choose("Disability", "I do not agree", "Tell you later")
    caller.press("9", "1", "1")
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme) == ("list", "disability")


def test_all_that_she_does_not_know_is_told_to_be_unsure_and_none_is_left_out(sala) -> None:
    caller, _ = screened(sala, dict.fromkeys(FAMILY, "I do not know"))
    first = names_on(caller)
    pack = sala.house.packs["kh"]
    facts = known_from(pack.questions, {"abroad": "here"})
    verdicts = judge(told_now(pack.programmes.values(), datetime.now(UTC).date()), facts)
    unsure = {pack.programmes[code].name for code, verdict in verdicts.items() if verdict is None}
    assert len(unsure) > 5
    for name in sorted(unsure - first):
        caller.choose("Other benefits", name)
        assert not caller.screen.startswith("Not sure")
        caller.choose("Others")
        assert caller.screen.startswith("Not sure:")


def names_on(caller) -> set[str]:
    """What stands on the lines of a list, on all its pages; the first of them is shown again."""
    found, pages = {line.partition(" ")[2] for line in caller.screen.splitlines()}, 0
    while "\n9 " in caller.screen:
        caller.press("9")
        found |= {line.partition(" ")[2] for line in caller.screen.splitlines()}
        pages += 1
    caller.press(*("0",) * pages)
    return found


def test_where_every_rule_is_past_its_review_nothing_is_said_to_be_nothing(sala) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=800), tick=True):
        caller = sala.caller()
        caller.dial()
        caller.choose("English", "My rights", "What I can get")
        assert caller.screen.startswith("No name and no paper is asked.\nNot sure:")
        caller.press("1")
        assert caller.screen.startswith("No sure fact is known here. Ask your office")


def test_nothing_is_said_not_to_be_for_her_that_nobody_asked_her(sala) -> None:
    """Nor what only a rule past its review refuses: of that nothing is told."""
    caller, _ = screened(
        sala, {**FAMILY, "Has your family an equity card?": "No", "How many children are under two?": "None"}
    )
    caller.choose("What is not for you")
    for name in ("Embassy", "Maternity leave"):
        with pytest.raises(AssertionError, match=f"no line says {name}"):
            caller.choose(name)


def test_of_what_is_not_for_her_what_one_would_get_is_told_and_never_nothing(sala) -> None:
    caller, _ = screened(sala, {**FAMILY, "Are children at school?": "No child"})
    caller.choose("What is not for you", "Scholarship", "How much")
    assert caller.screen.startswith("20,000 riel or more a month for one")


def test_in_the_lao_pdr_she_is_asked_where_she_lives_only_for_what_runs_in_three_districts(sala) -> None:
    caller = sala.caller("+85699000001", "la-ussd")
    caller.dial()
    caller.choose("English", "My rights", "What I can get")
    while "I do not know" in caller.screen:
        if "Where do you live?" in caller.screen:
            assert [name in caller.screen for name in ("Sanamxay", "Phouvong", "Nong", "Elsewhere")] == [True] * 4
            caller.choose("Sanamxay")
        elif "work" in caller.screen:
            caller.choose("No work" if "No work" in caller.screen else "Nobody")
        else:
            caller.choose("Yes")
    assert "1 Mother and baby" in caller.screen
    caller.choose("Mother and baby", "How much")
    assert caller.screen.startswith("150,000 kip a month")


def test_who_writes_from_another_country_is_asked_where_she_is_and_sent_to_the_embassy(sala) -> None:
    """A telephone of this country is not asked."""
    texter = Texter(sala, "+66812345678")
    texter.write("hello", "2", "1")
    assert texter.write("1").startswith("No name and no paper is asked.\nWhere are you now?")
    texter.write("2")
    for _ in range(9):
        if "Embassy" in texter.screen:
            break
        texter.write("2")
    assert "1 Embassy" in texter.screen
    assert texter.write("1").startswith("You are in another country. The office decides.")
    _, questions = screened(sala)
    assert not any("Where are you" in question for question in questions)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what happened to the covid money", "COVID-19 money\nThis is no longer given. Ask about: Family Package."),
        ("tell me of the hef", "Free health care\nWith an equity card, public health care is free"),
    ],
)
def test_an_old_name_leads_to_what_there_is_today(sala, said: str, told: str) -> None:
    chatter = Chatter(sala, "5001")
    chatter.write("/start")
    chatter.press("English")
    chatter.write(said)
    assert told in chatter.screen


def test_one_benefit_is_found_by_its_name(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights", "One benefit", "Scholarship")
    assert caller.screen.startswith("Scholarship\nFor children of grades 1 to 12")
    caller.choose("How much")
    assert caller.screen.startswith("20,000 riel or more a month")
    caller.choose("Another", "NSSF pension")
    assert caller.screen.startswith("NSSF pension\n")


def test_a_wrong_key_leaves_the_question_on_the_screen(sala) -> None:
    """In Khmer a screen holds little: the sentence that stood above the first question goes, not the question."""
    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "1", "1")
    caller.press("z")
    assert caller.screen.splitlines()[:3] == [
        "សូមចុចលេខមួយដែលបានបង្ហាញ។",
        "តើគ្រួសារអ្នកមានប័ណ្ណសមធម៌ទេ?",
        "1 មាន",
    ]
