"""Which asset a price is in, where a market names a chain and a contract in place of a symbol.

A token is known by its contract and never by the symbol that it gives itself: anybody can call a token ETH.

Sources: rarible/union-openapi, openapi.yaml (Blockchain); rarible/currency-service, application-core.yml (which
coin a chain's null address stands for); chain names of OpenSea's API; the wrapped coins' published contracts.
"""

from typing import Final

_NATIVE: Final = {
    "ETH": "ethereum base arbitrum arbitrum_nova optimism zora blast zksync abstract shape lisk ink soneium unichain"
    " immutablex rari kroma zklink zkcandy lightlink eclipse settlus",
    "POL": "polygon matic",
    "XTZ": "tezos etherlink",
    "SOL": "solana",
    "FLOW": "flow",
    "AVAX": "avalanche",
    "BNB": "bsc",
    "APE": "ape_chain apechain",
}
NATIVE: Final = {chain: symbol for symbol, chains in _NATIVE.items() for chain in chains.split()}
_CHAINS: Final = {"matic": "polygon"}
_NOUGHT: Final = "0x" + "0" * 40
_KNOWN: Final = {
    "ethereum:0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2": "ETH",  # WETH
    "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48": "USDC",
    "ethereum:0x6b175474e89094c44da98b954eedeac495271d0f": "DAI",
    "ethereum:0xdac17f958d2ee523a2206206994597c13d831ec7": "USDT",
    "polygon:0x7ceb23fd6bc0add59e62ac25578270cff1b9f619": "ETH",  # WETH
    "polygon:0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270": "POL",  # WPOL
    "base:0x4200000000000000000000000000000000000006": "ETH",  # WETH
    "optimism:0x4200000000000000000000000000000000000006": "ETH",  # WETH
    "arbitrum:0x82af49447d8a07e3bd95bd0d56f35241523fbab1": "ETH",  # WETH
    "tezos:KT1TjnZYs5CGLbmV6yuW169P8Pnr9BiVwwjz": "XTZ",  # oXTZ
}


def chain_name(chain: str) -> str:
    """The chain's name in lower case, one for each chain."""
    name = chain.strip().lower()
    return _CHAINS.get(name, name)


def native_asset(chain: str) -> str:
    """The coin that a chain's fees are paid in, as a symbol, or "chain:native" for a chain not known here."""
    name = chain_name(chain)
    return NATIVE.get(name, f"{name}:native")


def token_asset(chain: str, contract: str) -> str:
    """A token as "chain:contract", or the symbol of the coin that it stands for one to one."""
    name, address = chain_name(chain), contract.strip()
    if address.lower() == _NOUGHT:
        return native_asset(name)
    asset = f"{name}:{address.lower() if address[:2] in {'0x', '0X'} else address}"
    return _KNOWN.get(asset, asset)
