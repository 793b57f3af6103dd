"""What /proc tells of the memory that the ranks of a node share, without asking Halocline."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "/memfd:halocline"


def mappings() -> list[tuple[int, int, int]]:
    """Give (first address, address after the last, inode) of each mapping of shared memory in this process."""
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        words = line.split(maxsplit=5)
        if len(words) == 6 and words[5].startswith(NAME):
            first, end = (int(word, 16) for word in words[0].split("-"))
            found.append((first, end, int(words[4])))
    return found


def inode_at(address: int, size: int) -> int | None:
    """Give the inode of the shared memory that holds `size` bytes from an address; None where no such memory does."""
    for first, end, inode in mappings():
        if first <= address and address + size <= end:
            return inode
    return None


def owned_inodes() -> list[int]:
    """Give the inodes of the shared memory that this process made: it keeps their descriptors."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(entry).startswith(NAME):
                found.append(entry.stat().st_ino)
        except FileNotFoundError:
            # The descriptor of this very listing.
            continue
    return found


def status_bytes(name: str) -> int:
    """Give a size of /proc/self/status, like VmRSS or VmHWM, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)
