"""The environment, read once into one frozen value.

Nothing else in the gateway looks at environment variables. What is missing or contradictory is
said in one sentence by `SettingsError`, before anything starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_REGISTER = re.compile(r"[A-Z]{2}_REGISTER_(URL|KEY|TOKEN|SENDER|RECEIVER|PEER)")
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A sentence for the person who starts Sala: what is wrong with the settings and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the outside decides. `.env.example` explains each name."""

    demo: bool
    drafts: bool
    var: Path
    port: int
    database_url: str
    redis_url: str
    secret_key: str
    keys: str
    public_base_url: str
    countries: tuple[str, ...]
    ussd_secret: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_auth_token_next: str
    twilio_api_url: str
    kannel_url: str
    kannel_user: str
    kannel_password: str
    kannel_secret: str
    telegram_bot_token: str
    telegram_webhook_secret: str
    telegram_api_url: str
    channel_secrets: Mapping[str, str]
    quiet_hours: bool
    recordings: Path
    metrics_token: str
    proxies: int
    carrier_url: str
    registers: Mapping[str, str]

    def register_of(self, country: str) -> dict[str, str]:
        """How the register of elsewhere of a country is reached (`entitlements/elsewhere.py`); empty where there is
        none."""
        begin = f"{country.upper()}_REGISTER_"
        told = {name.removeprefix(begin): value for name, value in self.registers.items() if name.startswith(begin)}
        return told if told.get("URL") else {}

    def secret_of(self, channel: str) -> str:
        """The secret of one channel: `KH_WEB_SECRET` for `kh-web`."""
        return self.channel_secrets.get(f"{channel.upper().replace('-', '_')}_SECRET", "")


SECRETS = {
    "SECRET_KEY": "signs the staff cookies",
    "SALA_KEYS": "encrypts what citizens tell us",
    "USSD_SECRET": "lets a carrier's USSD gateway in",
    "TWILIO_ACCOUNT_SID": "names the SMS account",
    "TWILIO_AUTH_TOKEN": "proves SMS callbacks and sends messages",
}


def read_settings(env: Mapping[str, str]) -> Settings:
    """Settings from `env` (and, in the demo, from `$SALA_VAR/demo.env`, which `env` overrides).

    Raises SettingsError where production would start without a secret, or would serve drafts.
    """
    demo = env.get("SALA_DEMO") == "1"
    var = Path(env.get("SALA_VAR") or "var").absolute()
    if demo:
        env = {**read_env_file(var / "demo.env"), **env}
    settings = _settings(env, demo, var)
    if not demo:
        _check_production(env, settings)
    return settings


def _settings(env: Mapping[str, str], demo: bool, var: Path) -> Settings:
    written = env.get("PORT") or "8000"
    if not written.isdigit() or not 1 <= int(written) <= 65535:
        raise SettingsError(f"PORT={written} is not a port; write a number from 1 to 65535.")
    port = int(written)
    return Settings(
        demo=demo,
        drafts=env.get("SALA_DRAFTS", "1" if demo else "") == "1",
        var=var,
        port=port,
        database_url=env.get("DATABASE_URL") or f"sqlite:///{var / 'sala.sqlite3'}",
        redis_url=env.get("REDIS_URL") or "redis://127.0.0.1:6379/0",
        secret_key=env.get("SECRET_KEY", ""),
        keys=env.get("SALA_KEYS", ""),
        public_base_url=(env.get("PUBLIC_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        countries=tuple((env.get("SALA_COUNTRIES") or ("kh,la" if demo else "kh")).split(",")),
        ussd_secret=env.get("USSD_SECRET", ""),
        twilio_account_sid=env.get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=env.get("TWILIO_AUTH_TOKEN", ""),
        twilio_auth_token_next=env.get("TWILIO_AUTH_TOKEN_NEXT", ""),
        twilio_api_url=env.get("TWILIO_API_URL", "") if demo else "",
        kannel_url=env.get("KANNEL_URL", ""),
        kannel_user=env.get("KANNEL_USER", ""),
        kannel_password=env.get("KANNEL_PASSWORD", ""),
        kannel_secret=env.get("KANNEL_SECRET", ""),
        telegram_bot_token=env.get("TELEGRAM_BOT_TOKEN", ""),
        telegram_webhook_secret=env.get("TELEGRAM_WEBHOOK_SECRET", ""),
        telegram_api_url=env.get("TELEGRAM_API_URL", ""),
        channel_secrets={name: secret for name, secret in env.items() if name.endswith("_SECRET")},
        recordings=Path(env.get("SALA_RECORDINGS") or ROOT / "locales").absolute(),
        quiet_hours=env.get("SALA_QUIET_HOURS", "0" if demo else "1") == "1",
        metrics_token=env.get("METRICS_TOKEN", ""),
        proxies=int(env.get("SALA_PROXIES") or "0"),
        carrier_url=env.get("SALA_CARRIER_URL", "") if demo else "",
        registers=_registers(env),
    )


def _registers(env: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in env.items() if _REGISTER.fullmatch(name)}
    for name in found:
        key = f"{name[:2]}_REGISTER_KEY"
        if name.endswith("_URL") and not Path(found.get(key) or "?").is_file():
            raise SettingsError(f"{name} needs {key}: the file of the key (PEM) with which we sign what we ask.")
    return found


def _check_production(env: Mapping[str, str], settings: Settings) -> None:
    missing = [f"{name} ({why})" for name, why in SECRETS.items() if not env.get(name)]
    if missing:
        raise SettingsError(
            f"set {', '.join(missing)} in the environment; without a secret only `make run`, the demo, starts."
        )
    if settings.drafts:
        raise SettingsError(
            "SALA_DRAFTS=1 would serve texts that nobody has reviewed; outside the demo leave it unset."
        )


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a file; nothing where there is no file."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)
