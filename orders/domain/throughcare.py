"""The licences and orders under which a council supervises someone released from custody."""

from __future__ import annotations

from orders.domain.codes import Code


class Licence(Code):
    """Statutory releases counted by the national return, codes as in the caseload bundle."""

    PAROLE = "parole", "Parole licence"
    NON_PAROLE = "non_parole", "Non-parole licence"
    LIFE = "life", "Life licence"
    EXTENDED_SENTENCE = "extended_sentence", "Extended sentence"
    SUPERVISED_RELEASE_ORDER = "supervised_release_order", "Supervised release order"
    SHORT_TERM_SEX_OFFENDER = "short_term_sex_offender", "Short-term sex offender licence"
