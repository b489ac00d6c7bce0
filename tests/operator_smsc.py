"""An SMPP server that plays the operator: takes parts, and sends receipts and phones' texts in the order it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import smpp34

UCS2, HAS_HEADER, IS_RECEIPT, WANTS_RECEIPT = 8, 0x40, 4, 1


class Operator:
    """`parts`: what was submitted, as (message id, receiver, octets with their header, whether a receipt is wanted)."""

    def __init__(self, port: int) -> None:
        self.port, self.parts = port, list[tuple[str, str, bytes, bool]]()
        self.refuses: Callable[[bytes], bool] = lambda _octets: False
        self._esme: Any = None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._do(self._start())

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _start(self) -> None:
        self._server = smpp34.Server("127.0.0.1", self.port)
        await self._server.start()
        self._listening = self._loop.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self._esme = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                octets = bytes(event.short_message)
                if self.refuses(octets):
                    event.reject(smpp34.ESME_RINVDSTADR)
                    continue
                number = f"{0xA0 + len(self.parts):x}"
                wanted = bool(event.registered_delivery & WANTS_RECEIPT)
                self.parts.append((number, event.destination_addr, octets, wanted))
                event.accept(number)

    @property
    def bound(self) -> bool:
        return self._esme is not None

    def receipt(self, number: str, state: str) -> None:
        """Says what became of a part."""
        text = f"id:{number} sub:001 dlvrd:001 submit date:2611250000 done date:2611250001 stat:{state} err:000 text:"
        self._deliver("1289", text.encode(), "85599000001", esm_class=IS_RECEIPT)

    def phone_writes(self, number: str, text: str, *, backwards: bool) -> None:
        """A text of a phone in two parts, in UCS-2."""
        octets = text.encode("utf-16-be")
        half = (len(octets) // 4) * 2
        parts = [(1, octets[:half]), (2, octets[half:])]
        for index, part in reversed(parts) if backwards else parts:
            header = bytes((5, 0, 3, 77, 2, index))
            self._deliver("1289", header + part, number, esm_class=HAS_HEADER, data_coding=UCS2)

    def _deliver(self, to: str, octets: bytes, sender: str, **more: int) -> None:
        async def deliver() -> None:
            await self._esme.deliver_sm(
                to, octets, source_addr=sender, source_addr_ton=1, source_addr_npi=1, dest_addr_npi=1, **more
            )

        self._do(deliver())

    def close(self) -> None:
        async def stop() -> None:
            self._listening.cancel()
            await self._server.stop()

        self._do(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
