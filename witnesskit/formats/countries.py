"""Countries by their codes and English names (ISO 3166-1, as of 2026; XKX is the usual code of Kosovo, not ISO's).

One row each: alpha-3, alpha-2, the name shown, then other names under which tables of forecasts list it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_TABLE: Final = """\
ABW AW Aruba
AFG AF Afghanistan
AGO AO Angola
AIA AI Anguilla
ALA AX Åland Islands
ALB AL Albania
AND AD Andorra
ARE AE United Arab Emirates
ARG AR Argentina
ARM AM Armenia
ASM AS American Samoa
ATA AQ Antarctica
ATF TF French Southern Territories
ATG AG Antigua and Barbuda
AUS AU Australia
AUT AT Austria
AZE AZ Azerbaijan
BDI BI Burundi
BEL BE Belgium
BEN BJ Benin
BES BQ Bonaire, Sint Eustatius and Saba
BFA BF Burkina Faso
BGD BD Bangladesh
BGR BG Bulgaria
BHR BH Bahrain
BHS BS Bahamas|The Bahamas|Bahamas, The
BIH BA Bosnia and Herzegovina|Bosnia-Herzegovina|Bosnia
BLM BL Saint Barthélemy
BLR BY Belarus
BLZ BZ Belize
BMU BM Bermuda
BOL BO Bolivia|Bolivia, Plurinational State of|Bolivia (Plurinational State of)
BRA BR Brazil
BRB BB Barbados
BRN BN Brunei Darussalam|Brunei
BTN BT Bhutan
BVT BV Bouvet Island
BWA BW Botswana
CAF CF Central African Republic
CAN CA Canada
CCK CC Cocos (Keeling) Islands
CHE CH Switzerland
CHL CL Chile
CHN CN China
CIV CI Côte d'Ivoire|Ivory Coast
CMR CM Cameroon
COD CD Democratic Republic of Congo|Congo, The Democratic Republic of the|Congo-Kinshasa|DR Congo|DRC
COG CG Congo|Republic of Congo|Republic of the Congo|Congo-Brazzaville|Congo, Republic of the|Congo, Rep.
COK CK Cook Islands
COL CO Colombia
COM KM Comoros
CPV CV Cabo Verde|Cape Verde
CRI CR Costa Rica
CUB CU Cuba
CUW CW Curaçao
CXR CX Christmas Island
CYM KY Cayman Islands
CYP CY Cyprus
CZE CZ Czechia|Czech Republic
DEU DE Germany
DJI DJ Djibouti
DMA DM Dominica
DNK DK Denmark
DOM DO Dominican Republic
DZA DZ Algeria
ECU EC Ecuador
EGY EG Egypt|Egypt, Arab Rep.
ERI ER Eritrea
ESH EH Western Sahara
ESP ES Spain
EST EE Estonia
ETH ET Ethiopia
FIN FI Finland
FJI FJ Fiji
FLK FK Falkland Islands (Malvinas)
FRA FR France
FRO FO Faroe Islands
FSM FM Micronesia, Federated States of|Micronesia
GAB GA Gabon
GBR GB United Kingdom|UK|Great Britain|United Kingdom of Great Britain and Northern Ireland
GEO GE Georgia
GGY GG Guernsey
GHA GH Ghana
GIB GI Gibraltar
GIN GN Guinea
GLP GP Guadeloupe
GMB GM Gambia|The Gambia|Gambia, The
GNB GW Guinea-Bissau
GNQ GQ Equatorial Guinea
GRC GR Greece
GRD GD Grenada
GRL GL Greenland
GTM GT Guatemala
GUF GF French Guiana
GUM GU Guam
GUY GY Guyana
HKG HK Hong Kong|Hong Kong SAR
HMD HM Heard Island and McDonald Islands
HND HN Honduras
HRV HR Croatia
HTI HT Haiti
HUN HU Hungary
IDN ID Indonesia
IMN IM Isle of Man
IND IN India
IOT IO British Indian Ocean Territory
IRL IE Ireland
IRN IR Iran|Iran, Islamic Republic of|Iran (Islamic Republic of)
IRQ IQ Iraq
ISL IS Iceland
ISR IL Israel
ITA IT Italy
JAM JM Jamaica
JEY JE Jersey
JOR JO Jordan
JPN JP Japan
KAZ KZ Kazakhstan
KEN KE Kenya
KGZ KG Kyrgyzstan|Kyrgyz Republic|Kyrgystan
KHM KH Cambodia
KIR KI Kiribati
KNA KN Saint Kitts and Nevis
KOR KR South Korea|Korea, Republic of|Republic of Korea
KWT KW Kuwait
LAO LA Laos|Lao People's Democratic Republic|Lao PDR
LBN LB Lebanon
LBR LR Liberia
LBY LY Libya
LCA LC Saint Lucia
LIE LI Liechtenstein
LKA LK Sri Lanka
LSO LS Lesotho
LTU LT Lithuania
LUX LU Luxembourg
LVA LV Latvia
MAC MO Macao|Macau
MAF MF Saint Martin (French part)
MAR MA Morocco
MCO MC Monaco
MDA MD Moldova|Moldova, Republic of|Republic of Moldova
MDG MG Madagascar
MDV MV Maldives
MEX MX Mexico
MHL MH Marshall Islands
MKD MK North Macedonia|Macedonia|Republic of Macedonia
MLI ML Mali
MLT MT Malta
MMR MM Myanmar|Burma|Burma/Myanmar
MNE ME Montenegro
MNG MN Mongolia
MNP MP Northern Mariana Islands
MOZ MZ Mozambique
MRT MR Mauritania
MSR MS Montserrat
MTQ MQ Martinique
MUS MU Mauritius
MWI MW Malawi
MYS MY Malaysia
MYT YT Mayotte
NAM NA Namibia
NCL NC New Caledonia
NER NE Niger
NFK NF Norfolk Island
NGA NG Nigeria
NIC NI Nicaragua
NIU NU Niue
NLD NL Netherlands|The Netherlands
NOR NO Norway
NPL NP Nepal
NRU NR Nauru
NZL NZ New Zealand
OMN OM Oman
PAK PK Pakistan
PAN PA Panama
PCN PN Pitcairn
PER PE Peru
PHL PH Philippines
PLW PW Palau
PNG PG Papua New Guinea
POL PL Poland
PRI PR Puerto Rico
PRK KP North Korea|Korea, Democratic People's Republic of|DPRK
PRT PT Portugal
PRY PY Paraguay
PSE PS Palestine, State of|Palestine|Palestinian Territories|West Bank and Gaza
PYF PF French Polynesia
QAT QA Qatar
REU RE Réunion
ROU RO Romania
RUS RU Russia|Russian Federation
RWA RW Rwanda
SAU SA Saudi Arabia
SDN SD Sudan
SEN SN Senegal
SGP SG Singapore
SGS GS South Georgia and the South Sandwich Islands
SHN SH Saint Helena, Ascension and Tristan da Cunha
SJM SJ Svalbard and Jan Mayen
SLB SB Solomon Islands
SLE SL Sierra Leone
SLV SV El Salvador
SMR SM San Marino
SOM SO Somalia
SPM PM Saint Pierre and Miquelon
SRB RS Serbia
SSD SS South Sudan
STP ST Sao Tome and Principe
SUR SR Suriname
SVK SK Slovakia|Slovak Republic
SVN SI Slovenia
SWE SE Sweden
SWZ SZ Eswatini|Swaziland
SXM SX Sint Maarten (Dutch part)
SYC SC Seychelles
SYR SY Syria|Syrian Arab Republic
TCA TC Turks and Caicos Islands
TCD TD Chad
TGO TG Togo
THA TH Thailand
TJK TJ Tajikistan
TKL TK Tokelau
TKM TM Turkmenistan
TLS TL Timor-Leste|East Timor
TON TO Tonga
TTO TT Trinidad and Tobago
TUN TN Tunisia
TUR TR Türkiye|Turkey
TUV TV Tuvalu
TWN TW Taiwan|Taiwan, Province of China
TZA TZ Tanzania|Tanzania, United Republic of|United Republic of Tanzania
UGA UG Uganda
UKR UA Ukraine
UMI UM United States Minor Outlying Islands
URY UY Uruguay
USA US United States|United States of America|US|U.S.
UZB UZ Uzbekistan
VAT VA Holy See (Vatican City State)|Vatican City
VCT VC Saint Vincent and the Grenadines
VEN VE Venezuela|Venezuela, Bolivarian Republic of|Venezuela (Bolivarian Republic of)
VGB VG Virgin Islands, British
VIR VI Virgin Islands, U.S.
VNM VN Vietnam|Viet Nam|Democratic Republic of Vietnam
VUT VU Vanuatu
WLF WF Wallis and Futuna
WSM WS Samoa
XKX XK Kosovo
YEM YE Yemen|Yemen, Rep.
ZAF ZA South Africa
ZMB ZM Zambia
ZWE ZW Zimbabwe
"""


def country(untrusted_text: str) -> str:
    """The alpha-3 code of a code or an English name; empty for what is none."""
    return _known().get(_folded(untrusted_text), "")


def name_of(alpha3: str) -> str:
    """The name to show; the code itself if it is none of ours."""
    return _names().get(alpha3, alpha3)


def _folded(text: str) -> str:
    """Without case, accents, punctuation and doubled spaces: people and programs write names in every way."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


@cache
def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for alpha3, alpha2, names in _rows():
        found |= dict.fromkeys(map(_folded, (alpha3, alpha2, *names)), alpha3)
    return found


@cache
def _names() -> dict[str, str]:
    return {alpha3: names[0] for alpha3, _alpha2, names in _rows()}


def _rows() -> list[tuple[str, str, list[str]]]:
    split = (row.split(" ", 2) for row in _TABLE.splitlines())
    return [(alpha3, alpha2, names.split("|")) for alpha3, alpha2, names in split]
