"""Names that people give to the columns of a list of links, in the languages of those who make such lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

LINK: Final = frozenset(
    {
        "link", "links", "url", "urls", "uri", "source", "sources", "source url", "web address", "video link",
        "ссылка", "ссылки", "адрес ссылки", "сілтеме", "сілтемелер", "посилання", "спасылка", "шилтеме", "havola",
        "bağlantı", "lien", "liens", "enlace", "enlaces", "رابط", "الرابط", "روابط", "الروابط", "لینک", "پیوند",
    }
)  # fmt: skip
_NUMBERED: Final = re.compile(r"(?:source|link|url|ссылка|сілтеме|lien|enlace|رابط) ?[0-9]{1,4}")
PRIORITY: Final = ("priority", "приоритет", "басымдық", "priorité", "prioridad", "الأولوية")
COUNTRY: Final = ("country", "страна", "ел", "мемлекет", "pays", "país", "pais", "البلد")
FLAGS: Final = ("flags", "flag", "tags", "tag", "теги", "метки", "тегтер", "étiquettes", "etiquetas", "وسوم")
DEADLINE: Final = ("deadline", "срок", "мерзімі", "échéance", "fecha límite", "plazo", "الموعد النهائي")
PRIORITY_WORDS: Final = {
    **dict.fromkeys(("urgent", "high", "critical", "срочно", "срочный", "высокий", "шұғыл", "жоғары", "haute", "alta",
                     "urgente", "عاجل"), "urgent"),
    **dict.fromkeys(("normal", "medium", "обычный", "средний", "қалыпты", "орташа", "normale", "moyenne", "media",
                     "عادي"), "normal"),
    **dict.fromkeys(("later", "low", "позже", "низкий", "кейін", "төмен", "basse", "baja", "plus tard", "لاحقا"),
                    "later"),
}  # fmt: skip


def folded(name: str) -> str:
    """A name as it is compared: composed, without case, marks of order and outer blanks; one blank for several."""
    text = unicodedata.normalize("NFC", name).casefold().replace("_", " ").replace("-", " ")
    return " ".join(text.strip("\ufeff\u200e\u200f:* \t").split())


def link_columns(heading: Sequence[str]) -> tuple[int, ...]:
    """Places of the columns that hold links."""
    return tuple(place for place, name in enumerate(map(folded, heading)) if _is_link_name(name))


def column(heading: Sequence[str], names: Sequence[str]) -> int | None:
    """Place of the first column with one of ``names``."""
    return next((place for place, name in enumerate(map(folded, heading)) if name in names), None)


def is_link(cell: str) -> bool:
    """Whether a cell is nothing but one link."""
    return cell[:8].lower().startswith(("http://", "https://")) and not any(sign.isspace() for sign in cell)


def _is_link_name(name: str) -> bool:
    return name in LINK or bool(_NUMBERED.fullmatch(name))
