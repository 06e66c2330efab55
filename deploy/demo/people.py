"""The complainants of the demo."""

from deploy.demo.telling import Person

AMINAH = Person("790412990014", "Aminah binti Yusoff", "019-911 0101", "PKN", "101-003")
ROSLI = Person("820905990023", "Rosli bin Mat Zain", "019-911 0102", "JKR", "116-002")
ZAINAB = Person("870118980036", "Zainab binti Che Hassan", "019-911 0103", "PTJKB", "128-001")
FAUZI = Person("760630990045", "Mohd Fauzi bin Deraman", "019-911 0104", "JPS", "117-002")
HASNAH = Person("910223990058", "Hasnah binti Abdul Kadir", "019-911 0105", "UPEN", "111-001")
KAMARUL = Person("840811980063", "Kamarul Zaman bin Ibrahim", "019-911 0106", "PTG", "115-001")
NORLIZA = Person("890507990072", "Norliza binti Mohamad", "019-911 0107", "JAHEAIK", "122-001")
AZMAN = Person("810729990087", "Azman bin Awang", "019-911 0108", "PTJPM", "131-001")
SURAYA = Person("930314980094", "Suraya binti Ismail", "019-911 0109", "BPSM", "105-001")
TENGKU = Person("780926990103", "Tengku Hazlan bin Tengku Husin", "019-911 0110", "JPNK", "119-001")
ROHANI = Person("850203990118", "Rohani binti Daud", "019-911 0111", "PTJTM", "133-001")
SHUKRI = Person("900619990125", "Ahmad Shukri bin Hamzah", "019-911 0112", "BPTM", "106-001")
MARIAM = Person("770815980132", "Mariam binti Salleh", "019-911 0113", "JKSN", "123-001")
IKHWAN = Person("940101990147", "Muhammad Ikhwan bin Rahim", "019-911 0114", "MUFTI", "124-001")


def _crowd() -> tuple[Person, ...]:
    """Forty more, put together of names that are common here; each works where one of those above does."""
    men, women = ("Ahmad", "Mohd Rizal", "Wan Azlan", "Zulkifli"), ("Nur Aini", "Wan Salina", "Faridah", "Che Maznah")
    fathers = ("Ibrahim", "Che Omar", "Wan Mahmood", "Hamid", "Nik Din")
    colleagues = (AMINAH, ROSLI, ZAINAB, FAUZI, HASNAH, KAMARUL, NORLIZA, AZMAN, SURAYA, TENGKU, ROHANI, SHUKRI, MARIAM)
    found = []
    for position in range(40):
        woman = position % 2 == 0
        name = f"{(women if woman else men)[position // 2 % 4]} {'binti' if woman else 'bin'} {fathers[position % 5]}"
        office = colleagues[position % len(colleagues)]
        ic = f"{70 + position % 28:02d}{1 + position % 12:02d}{1 + position % 28:02d}99{position:03d}{position % 10}"
        found.append(Person(ic, name, f"019-922 {position:04d}", office.department, office.ptj))
    return tuple(found)


CROWD = _crowd()
