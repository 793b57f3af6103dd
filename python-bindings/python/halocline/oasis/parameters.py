"""The numbers of OASIS."""

from __future__ import annotations

from enum import IntEnum


class OasisParameters(IntEnum):
    """Directions, kinds, and what put and get did."""

    OASIS_OK = 0
    OASIS_VAR_UNCPL = -1
    OASIS_NOT_DEF = -2
    OASIS_ERROR = -10
    OASIS_INOUT = 2
    OASIS_RECVD = 3
    OASIS_SENT = 4
    OASIS_LOC_TRANS = 5
    OASIS_TO_REST = 6
    OASIS_OUTPUT = 7
    OASIS_SENT_OUT = 8
    OASIS_TO_REST_OUT = 9
    OASIS_FROM_REST = 10
    OASIS_INPUT = 11
    OASIS_RECV_OUT = 12
    OASIS_FROM_REST_OUT = 13
    OASIS_WAIT_GROUP = 14
    OASIS_OUT = 20
    OASIS_IN = 21


class OASIS:
    """The same numbers by their short names."""

    OK = OasisParameters.OASIS_OK
    VAR_UNCPL = OasisParameters.OASIS_VAR_UNCPL
    NOT_DEF = OasisParameters.OASIS_NOT_DEF
    ERROR = OasisParameters.OASIS_ERROR
    INOUT = OasisParameters.OASIS_INOUT
    RECVD = OasisParameters.OASIS_RECVD
    SENT = OasisParameters.OASIS_SENT
    LOC_TRANS = OasisParameters.OASIS_LOC_TRANS
    TO_REST = OasisParameters.OASIS_TO_REST
    OUTPUT = OasisParameters.OASIS_OUTPUT
    SENT_OUT = OasisParameters.OASIS_SENT_OUT
    TO_REST_OUT = OasisParameters.OASIS_TO_REST_OUT
    FROM_REST = OasisParameters.OASIS_FROM_REST
    INPUT = OasisParameters.OASIS_INPUT
    RECV_OUT = OasisParameters.OASIS_RECV_OUT
    FROM_REST_OUT = OasisParameters.OASIS_FROM_REST_OUT
    WAIT_GROUP = OasisParameters.OASIS_WAIT_GROUP
    OUT = OasisParameters.OASIS_OUT
    IN = OasisParameters.OASIS_IN
