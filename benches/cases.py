"""What is measured: every case of `make bench`, and the subset of `make bench-quick`."""

from __future__ import annotations

from dataclasses import dataclass, replace

# The folded grids of ORCA2-like and eORCA025-like configurations, without their halos.
COARSE = (362, 332)
FINE = (1442, 1207)
LEVELS = 75


@dataclass(frozen=True)
class Case:
    """One round trip: `fields` fields go out together, half of each comes back."""

    nx: int
    ny: int
    levels: int = 1
    fields: int = 1
    partner: str = "fortran"  # fortran | python
    halo: int = 0
    wire: str = "float64"  # float64 | float32
    ocean_ranks: int = 1
    partner_ranks: int = 1
    ocean_cut: str = "rows"  # rows | columns | boxes
    partner_cut: str = "rows"
    transport: str = "best"  # best | messages
    exchanges: int = 0  # 0: as many as the size asks for
    idle_calls: int = 0
    peers: bool = False
    topic: str = "round trip"

    @property
    def real_bytes(self) -> int:
        """Size of a number on the wire [bytes]."""
        return 8 if self.wire == "float64" else 4

    @property
    def cells(self) -> int:
        """Numbers that go one way in an exchange."""
        return self.nx * self.ny * self.levels * self.fields

    @property
    def payload_bytes(self) -> int:
        """Bytes that go one way in an exchange, halo not counted."""
        return self.cells * self.real_bytes

    @property
    def ranks(self) -> int:
        """Ranks of the whole job."""
        return self.ocean_ranks + self.partner_ranks

    @property
    def counted_exchanges(self) -> int:
        """Exchanges on the clock in each round: enough for a median, fewer where one takes long."""
        if self.exchanges:
            return self.exchanges
        return 12 if self.payload_bytes > 40e6 else 60 if self.payload_bytes > 4e6 else 200

    @property
    def warm_up(self) -> int:
        """Exchanges before the clock counts."""
        return 2 if self.payload_bytes > 1e9 else 5

    @property
    def name(self) -> str:
        """All that tells this case from the others, in one line."""
        size = f"{self.nx}x{self.ny}" + (f"x{self.levels}" if self.levels > 1 else "")
        cut = "" if self.ocean_cut == self.partner_cut == "rows" else f" {self.ocean_cut}-{self.partner_cut}"
        words = [
            f"{self.topic}:",
            f"{self.fields} x {size}" if self.fields > 1 else size,
            f"fortran-{self.partner}",
            f"{self.ocean_ranks}+{self.partner_ranks}{cut}",
            f"halo {self.halo}",
            self.wire,
        ]
        return " ".join(words + (["messages"] if self.transport == "messages" else []))


def sizes() -> list[Case]:
    """From 1 kB to 72 MB, halo 1 with cyclic edges and fold, to both kinds of partners."""
    shapes = [(16, 8, 1), (40, 32, 1), (128, 100, 1), (*COARSE, 1), (*FINE, 1), (*COARSE, LEVELS)]
    return [
        Case(nx, ny, levels, partner=partner, halo=1, peers=(nx, ny) in (COARSE, FINE))
        for nx, ny, levels in shapes
        for partner in ("fortran", "python")
    ]


def headline() -> list[Case]:
    """The three sizes that the aims are written for, Fortran to Python, halo 1 with fold."""
    return [case for case in sizes() if case.peers and case.partner == "python"]


def variants() -> list[Case]:
    """Halos, elements on the wire, and forced messages, for the three sizes."""
    found: list[Case] = []
    for case in headline():
        found += [replace(case, halo=halo, topic="halo") for halo in (0, 7)]
        found.append(replace(case, wire="float32", topic="wire"))
        found += [replace(case, transport="messages", partner=partner) for partner in ("fortran", "python")]
    return found


def ranks() -> list[Case]:
    """Several ranks a side, and rows against columns beside the same cut on both sides."""
    found = [
        Case(*COARSE, levels, halo=1, partner="python", ocean_ranks=ocean, partner_ranks=partner, topic="ranks")
        for levels in (1, LEVELS)
        for ocean, partner in ((2, 2), (4, 1), (1, 4))
    ]
    for levels in (1, LEVELS):
        same = Case(*COARSE, levels, halo=1, partner="python", ocean_ranks=2, partner_ranks=2, topic="cut")
        found += [replace(same, ocean_cut="columns", partner_cut=cut) for cut in ("columns", "rows")]
    return found


def many_to_few(free_bytes: float) -> list[Case]:
    """Payloads of the published eORCA025 experiments: nine 2D fields (125 MB), three 3D fields (3.13 GB).

    The 3D fields have all 75 levels where the memory holds sixteen copies of them, fewer otherwise.
    """
    level_bytes = 3 * FINE[0] * FINE[1] * 8
    levels = max(1, min(LEVELS, int(free_bytes / (16 * level_bytes))))
    flat = Case(*FINE, fields=9, halo=1, partner="python", ocean_cut="boxes", topic="many to few", exchanges=12)
    deep = replace(flat, fields=3, levels=levels, exchanges=5)
    return [
        replace(flat, ocean_ranks=16, partner_ranks=1),
        replace(flat, ocean_ranks=16, partner_ranks=4),
        replace(deep, ocean_ranks=8, partner_ranks=1),
    ]


def latency() -> list[Case]:
    """Thousands of exchanges: the tail shows."""
    base = Case(*COARSE, halo=1, partner="python", topic="latency", exchanges=3000)
    return [base, replace(base, transport="messages"), replace(base, nx=16, ny=8, exchanges=20000)]


def idle() -> list[Case]:
    """Put and get with nothing due, for a small and a large array."""
    return [
        Case(nx, ny, halo=1, partner="python", topic="idle", exchanges=12, idle_calls=2_000_000)
        for nx, ny in ((16, 8), FINE)
    ]


def definition() -> list[Case]:
    """The definition phase of the large grid."""
    base = Case(*FINE, halo=1, topic="definition", peers=True)
    return [base, replace(base, ocean_ranks=8, peers=False, exchanges=12)]


def full(free_bytes: float) -> list[Case]:
    """All cases of `make bench`."""
    return [*sizes(), *variants(), *ranks(), *many_to_few(free_bytes), *latency(), *idle(), *definition()]


def quick() -> list[Case]:
    """The cases of `make bench-quick`."""
    coarse, fine, deep = headline()
    return [
        coarse,
        replace(coarse, partner="fortran"),
        replace(coarse, transport="messages"),
        # The definition phase of a peer on this grid may take longer than all the rest.
        replace(fine, peers=False),
        replace(deep, wire="float32", topic="wire"),
        deep,
        replace(idle()[1], idle_calls=500_000),
    ]
