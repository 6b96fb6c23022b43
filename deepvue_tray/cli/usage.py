"""``usage``: what spends the credits, by product."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.product_formats import format_credits, product_lines, product_objects
from deepvue_tray.cli.wallets import chosen_wallets
from deepvue_tray.core.errors import DeepvueError, NotSetUpError
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.usage import ProductUsage

JSON_VERSION = 1


def _switch(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Switch the usage report of a wallet, or of all, on or off."""
    with closing(real_backend(environ)) as backend:
        is_on = options.switch == "on"
        if backend.accounts.is_from_environment:
            raise output.UsageError(
                "The credentials come from the environment, so there is no wallet to switch."
            )
        chosen = _signed_in(options.wallet, backend)
        before = backend.accounts.settings
        wallets = tuple(
            replace(wallet, has_usage=is_on) if wallet in chosen else wallet
            for wallet in before.wallets
        )
        event_loop.run(backend.accounts.save(before, replace(before, wallets=wallets)))
    names = ", ".join(wallet.name for wallet in chosen)
    if is_on:
        output.write(
            [
                f"{names}: the usage report is on. The tray requests it once an hour."
                " Kept are sums by hour, product and outcome.\n"
            ]
        )
    else:
        output.write([f"{names}: the usage report is off. What was fetched is kept.\n"])
    return 0


def usage(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Fetch what is missing of the last days and print spending by product.

    Returns 1 if a report could not be fetched; what is known is printed all the same. With ``on``
    or ``off``, it only switches the report.
    """
    if options.switch:
        return _switch(options, environ)
    with closing(real_backend(environ)) as backend:
        wallets = [
            wallet for wallet in _signed_in(options.wallet, backend) if _is_on(wallet, backend)
        ]
        if not wallets:
            raise output.UsageError(
                "The usage report is off. Switch it on with: deepvue-tray usage on"
            )
        is_complete = event_loop.run(_fetch(wallets, options.days, backend))
        products = {
            wallet: backend.usage.queries.products(wallet.client_id, options.days)
            for wallet in wallets
        }
        if options.json:
            output.write([_json(products)])
        else:
            output.write(_lines(products, options.days, backend))
    return 0 if is_complete else 1


def _signed_in(name: str | None, backend: Backend) -> Sequence[WalletSettings]:
    wallets = [wallet for wallet in chosen_wallets(name, backend.accounts) if wallet.client_id]
    if not wallets:
        raise backend.accounts.damage or NotSetUpError()
    return wallets


def _is_on(wallet: WalletSettings, backend: Backend) -> bool:
    # Whoever gives credentials to this one command wants its answer.
    return wallet.has_usage or backend.accounts.is_from_environment


async def _fetch(wallets: Sequence[WalletSettings], days: int, backend: Backend) -> bool:
    """Fetch the missing days, with progress on a terminal; return whether none failed."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    is_complete = True

    def on_progress(name: str, done: int, count: int) -> None:
        if is_terminal and count > 1:
            end = "\n" if done == count else ""
            print(f"\r{name}: {done} of {count} days", end=end, file=sys.stderr, flush=True)

    for wallet in wallets:
        try:
            await backend.usage.fetch(wallet.client_id, days, partial(on_progress, wallet.name))
        except DeepvueError as error:
            output.write_error(f"{wallet.name}: {error}")
            is_complete = False
    return is_complete


def _json(products: Mapping[WalletSettings, Sequence[ProductUsage]]) -> str:
    wallets = [
        {
            "client_id": wallet.client_id,
            "name": wallet.name,
            "products": product_objects(of_wallet),
        }
        for wallet, of_wallet in products.items()
    ]
    return json.dumps({"version": JSON_VERSION, "wallets": wallets}) + "\n"


def _lines(
    products: Mapping[WalletSettings, Sequence[ProductUsage]], days: int, backend: Backend
) -> Iterator[str]:
    for wallet, of_wallet in products.items():
        if len(products) > 1:
            yield f"{wallet.name}\n"
        yield from product_lines(of_wallet)
        if found := backend.usage.queries.unexplained(wallet.client_id, days):
            yield (
                f"The balance fell by {format_credits(found.fallen)};"
                f" the report has charges of {format_credits(found.charged)}.\n"
            )
