"""Names nobody bears: given names coined for the demonstration, family names made of two words of the countryside.

No list of real people was used. Beside the names, every reference of the demonstration begins with DEMO and every
postcode is in an area, QZ, that does not exist, so that no page or export of it can be taken for a real record.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random


def words(text: str) -> list[str]:
    return text.split()


MEN = words(
    "Alvric Ardlen Arrick Balvorn Bramlin Brendrick Calvorn Carrick-Lee Corvand Creddan Dalmor Darvell Dunrel Edrick "
    "Elgarth Ennoch Ettrin Falloch Farrand Fenlow Galvin-Rae Garvick Gillorn Halvric Harrand Hestan Ingrel Irvand "
    "Jarrick Jorrin Kelbrand Keldan Kerrick Lannoch Lorcast Lugrin Maldric Marvand Merrin Nevrick Norvell Ordwin "
    "Ostrin Pelmar Perrand Quarrin Quillorn Rannell Rovern Ruthric Selwick Strahan-Lee Tarvin Torvane Ulmar Umfrin "
    "Varrick Vennick Wendrel Wulstan-Rae Yarrin Yorrick-Lee Zandrel Zorrin"
)
WOMEN = words(
    "Alvessa Ardwen Arlisse Balwenna Brisella Brynelle Calvessa Carriweth Corvisse Dalwen Dorrisel Ellisande Elsiwen "
    "Ettrisse Falwenna Fernelle Finnisel Galwena Gwendris Halvessa Hestrel Ilsawen Ivessa Jessamel Jorwenna Kelwenna "
    "Kirrisel Larwen Lorisande Lunelle Marvelle Merrisel Mirwen Nelwenna Nerwen Norisel Orlenna Ottrisse Pelwen "
    "Perrisel Quenelle Quillisse Rannessa Rhoswenna Rowenelle Selwenna Sorrisel Tamsiwen Thessalie Torwenna Ulvessa "
    "Umbrisel Varwen Vennelle Wendrisse Wilwenna Yarrisel Ysolwen Zarelle Zellisse"
)
FIRST = words(
    "Alder Amber Barley Birch Bracken Bramble Briar Cinder Clover Copper Curlew Damson Dipper Drift Dunlin Elder Ember "
    "Fescue Flint Garnet Gorse Harebell Harrow Heather Heron Juniper Kestrel Larch Linnet Lapwing Marram Merlin Moss "
    "Nettle Osprey Otter Peat Pebble Pipit Plover Quarry Rowan Rush Sedge Silver Sorrel Sparrow Tallow Teasel Thistle "
    "Thrift Timber Umber Vetch Whin Willow Yarrow"
)
SECOND = words(
    "brae burn cairn croft dale fell garth gate glen haugh holm keld knowe law lea linn muir ness reach rigg shaw side "
    "slack stane strath thwaite wick wold"
)


def people(rng: Random) -> Iterator[tuple[str, str, str]]:
    """Endless (man's name, woman's name, family name), evenly spread; the same names come again only after a time."""
    families = [first + second for first in FIRST for second in SECOND]
    rng.shuffle(families)
    while True:
        for family in families:
            yield rng.choice(MEN), rng.choice(WOMEN), family
