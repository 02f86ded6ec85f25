"""Master data of the demo organisation: legal entities, accounts, cost centers, planning lines."""

from __future__ import annotations

from dataclasses import dataclass

YEAR = 2025
GROUP_CURRENCY = "EUR"
CURRENCIES = ("CHF", "EUR", "GBP", "NOK", "USD")


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity. `weight` is its share of the journals in percent, `scale` the size of its amounts."""

    code: str
    name: str
    country: str
    currency: str
    vat_percent: int
    weight: int
    scale: int


ENTITIES = (
    Entity("H010", "Halden Deutschland GmbH", "DE", "EUR", 19, 30, 1),
    Entity("H020", "Halden Americas Inc.", "US", "USD", 7, 24, 1),
    Entity("H030", "Halden Britain Ltd", "GB", "GBP", 20, 16, 1),
    Entity("H040", "Halden France SAS", "FR", "EUR", 20, 14, 1),
    Entity("H050", "Halden Nordic AS", "NO", "NOK", 25, 10, 10),
    Entity("H060", "Halden Schweiz AG", "CH", "CHF", 8, 6, 1),
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the group chart. `valid_from` is empty for accounts older than the year."""

    code: str
    name: str
    group: str
    kind: str
    valid_from: str = ""


_SHEET = "balance_sheet"
_INCOME = "income"
_EXPENSE = "expense"

# First code of a block, title, kind, variants; a variant's code is the first plus ten for each step.
_BLOCKS: tuple[tuple[int, str, str, str], ...] = (
    (1000, "Bank", _SHEET, "operating account, payroll account, tax account, deposit account, petty cash"),
    (1100, "Trade receivables", _SHEET, "domestic, euro area, overseas, doubtful, allowance"),
    (1200, "Other receivables", _SHEET, "VAT, employees, tax authority, insurance, deposits paid"),
    (1300, "Inventory", _SHEET, "raw materials, work in progress, finished goods, spare parts, in transit"),
    (1400, "Prepayments", _SHEET, "rent, insurance, software, other"),
    (1500, "Intercompany receivables", _SHEET, "H010, H020, H030, H040, H050, H060"),
    (1600, "Fixed assets", _SHEET, "land, buildings, machinery, vehicles, computers, furniture"),
    (1700, "Accumulated depreciation", _SHEET, "buildings, machinery, vehicles, computers, furniture"),
    (1800, "Intangible assets", _SHEET, "software, patents, goodwill, development"),
    (2000, "Trade payables", _SHEET, "domestic, euro area, overseas, goods received not invoiced"),
    (2100, "Other payables", _SHEET, "VAT, payroll tax, social security, salaries, pensions, expense claims"),
    (2200, "Accrued expenses", _SHEET, "bonus, holiday pay, audit fees, energy, other"),
    (2300, "Provisions", _SHEET, "warranty, restructuring, legal"),
    (2400, "Borrowings", _SHEET, "bank loan, overdraft, lease liability"),
    (2500, "Intercompany payables", _SHEET, "H010, H020, H030, H040, H050, H060"),
    (3000, "Equity", _SHEET, "share capital, premium, retained earnings, translation reserve, result"),
    (4000, "Product revenue", _INCOME, "pumps, valves, sensors, controls, spare parts, accessories"),
    (4100, "Service revenue", _INCOME, "installation, maintenance, training, calibration, repair"),
    (4200, "License revenue", _INCOME, "monitoring, analytics, mobile app"),
    (4300, "Revenue deductions", _INCOME, "discounts, rebates, returns"),
    (4400, "Intercompany revenue", _INCOME, "goods, services, royalties"),
    (4500, "Other income", _INCOME, "grants, rent received, scrap sales, insurance claims"),
    (5000, "Materials", _EXPENSE, "steel, castings, electronics, motors, packaging, consumables"),
    (5100, "Production wages", _EXPENSE, "machining, assembly, testing, overtime"),
    (5200, "Subcontracting", _EXPENSE, "coating, machining, logistics"),
    (5300, "Freight", _EXPENSE, "inbound, outbound, customs duties"),
    (5400, "Inventory changes", _EXPENSE, "finished goods, work in progress, write-downs"),
    (5500, "Warranty", _EXPENSE, "repairs, replacements"),
    (5600, "Intercompany purchases", _EXPENSE, "goods, services"),
    (6000, "Salaries", _EXPENSE, "administration, sales, research, service, management"),
    (6100, "Social security", _EXPENSE, "administration, sales, research, service"),
    (6200, "Pensions", _EXPENSE, "defined contribution, defined benefit"),
    (6300, "Other personnel", _EXPENSE, "bonus, training, recruiting, canteen"),
    (6400, "Premises", _EXPENSE, "rent, cleaning, energy, repairs, security"),
    (6500, "Information technology", _EXPENSE, "software, hosting, hardware, telephone, support"),
    (6600, "Marketing", _EXPENSE, "trade fairs, advertising, online, sponsoring"),
    (6700, "Travel", _EXPENSE, "flights, hotels, car rental, entertainment"),
    (6800, "Professional fees", _EXPENSE, "audit, legal, tax, consulting"),
    (6900, "Other operating", _EXPENSE, "insurance, bank charges, licences, donations, sundry"),
    (7000, "Depreciation", _EXPENSE, "buildings, machinery, vehicles, computers, furniture"),
    (7100, "Amortisation", _EXPENSE, "software, patents, development"),
    (8000, "Interest", _EXPENSE, "income, expense, lease interest"),
    (8100, "Exchange differences", _EXPENSE, "gains, losses"),
    (8200, "Income tax", _EXPENSE, "current, deferred"),
)  # fmt: skip

# Opened during the year by accounting without telling anybody who maps: no mapping rule knows them.
NEW_ACCOUNTS = (
    Account("4230", "License revenue: subscription bundles", "License revenue", _INCOME, "2025-07-01"),
    Account("6950", "Other operating: carbon certificates", "Other operating", _EXPENSE, "2025-10-01"),
)


def _accounts() -> tuple[Account, ...]:
    known = [
        Account(f"{first + 10 * step:04d}", f"{title}: {variant}", title, kind)
        for first, title, kind, variants in _BLOCKS
        for step, variant in enumerate(variants.split(", "))
    ]
    return tuple(sorted([*known, *NEW_ACCOUNTS], key=lambda account: account.code))


ACCOUNTS = _accounts()


@dataclass(frozen=True, slots=True)
class CostCenter:
    """A cost center below a department; `valid_to` is empty while it is in use."""

    code: str
    name: str
    parent: str
    valid_to: str = ""


DEPARTMENTS = (
    ("PROD", "Production"), ("SALES", "Sales"), ("RND", "Research"), ("SERV", "Service"),
    ("ADMIN", "Administration"),
)  # fmt: skip

NO_COST_CENTER = "0000"
EXPIRED_COST_CENTER = "2090"
EXPIRED_ON = f"{YEAR}-06-30"

# First code, department, names; codes grow by ten.
_COST_CENTERS: tuple[tuple[int, str, str], ...] = (
    (1000, "PROD", "Machining Köln, Assembly Köln, Testing Köln, Machining Houston, Assembly Houston,"
     " Testing Houston, Assembly Lyon, Assembly Leeds, Warehouse Köln, Warehouse Houston, Maintenance,"
     " Quality"),
    (2000, "SALES", "Germany, Austria, France, Iberia, United Kingdom, Ireland, Nordics, Baltics,"
     " Switzerland, Trade fair team, United States, Canada, Key accounts, Inside sales"),
    (3000, "RND", "Hydraulics, Sensors, Controls, Firmware, Cloud platform, Mobile app, Test bench,"
     " Prototypes, Patents, Standards"),
    (4000, "SERV", "Field service Germany, Field service France, Field service UK, Field service US,"
     " Field service Nordics, Repair shop, Hotline, Training academy"),
    (5000, "ADMIN", "Management, Controlling, Accounting, Treasury, Tax, Human resources, Payroll, Legal,"
     " Information technology, Purchasing, Facilities, Security, Canteen, Communications, Internal audit"),
)  # fmt: skip


def _cost_centers() -> tuple[CostCenter, ...]:
    centers = [CostCenter(NO_COST_CENTER, "No cost center", "ADMIN")]
    for first, department, names in _COST_CENTERS:
        for step, name in enumerate(names.split(", ")):
            code = f"{first + 10 * step:04d}"
            valid_to = EXPIRED_ON if code == EXPIRED_COST_CENTER else ""
            centers.append(CostCenter(code, name, department, valid_to))
    return tuple(centers)


COST_CENTERS = _cost_centers()

PLANNING_LINES = (
    ("REV-PRODUCT", "Product revenue"),
    ("REV-SERVICE", "Service revenue"),
    ("REV-LICENSE", "License revenue"),
    ("REV-DEDUCT", "Revenue deductions"),
    ("REV-OTHER", "Other income"),
    ("IC-REVENUE", "Intercompany revenue"),
    ("COS-MATERIAL", "Materials and inventory changes"),
    ("COS-LABOR", "Production wages"),
    ("COS-SUBCON", "Subcontracting"),
    ("COS-FREIGHT", "Freight"),
    ("COS-WARRANTY", "Warranty"),
    ("IC-PURCHASE", "Intercompany purchases"),
    ("OPEX-PERSONNEL", "Personnel"),
    ("OPEX-RESEARCH", "Research personnel"),
    ("OPEX-PREMISES", "Premises"),
    ("OPEX-IT", "Information technology"),
    ("OPEX-MARKETING", "Marketing"),
    ("OPEX-TRAVEL", "Travel"),
    ("OPEX-FEES", "Professional fees"),
    ("OPEX-OTHER", "Other operating"),
    ("DEPRECIATION", "Depreciation and amortisation"),
    ("FINANCIAL", "Financial result"),
    ("TAX", "Income tax"),
)
