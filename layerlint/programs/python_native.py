"""What distributions need of the system at run time, beyond what their manylinux wheels bring.

From the projects' own installation pages and the ``NEEDED`` entries of what they build; a wheel that bundles
its libraries (lxml, Pillow, psycopg2-binary, opencv's codecs …) needs nothing and is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_BINARY, _LIBRARY, _DATA = NeedKind.BINARY, NeedKind.LIBRARY, NeedKind.DATA
_HIGH, _MEDIUM = Confidence.HIGH, Confidence.MEDIUM


@dataclass(frozen=True, slots=True)
class Native:
    kind: NeedKind
    name: str
    because: str
    confidence: Confidence = Confidence.HIGH
    unless_extras: tuple[str, ...] = ()
    """Extras that bring a build with everything in it: ``psycopg[binary]``."""
    unless: tuple[str, ...] = ()
    """Distributions that do: ``psycopg-binary``."""


def _libraries(because: str, *names: str, confidence: Confidence = _HIGH) -> tuple[Native, ...]:
    return tuple(Native(_LIBRARY, name, because, confidence) for name in names)


def _programs(because: str, *names: str, confidence: Confidence = _HIGH) -> tuple[Native, ...]:
    return tuple(Native(_BINARY, name, because, confidence) for name in names)


_PANGO = (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1",
    "libpangoft2-1.0.so.0",
)  # fmt: skip
_OPENCV = _libraries(
    "the wheel of OpenCV with windows is built against libGL and GLib",
    "libGL.so.1",
    "libglib-2.0.so.0",
    "libgthread-2.0.so.0",
)

NEEDS: Final[Mapping[str, tuple[Native, ...]]] = {
    "aiohttp": (Native(NeedKind.CERTIFICATES, "", "aiohttp checks certificates against those of the system", _MEDIUM),),
    "cairocffi": _libraries("cairocffi loads cairo", "libcairo.so.2"),
    "cairosvg": _libraries("CairoSVG draws with cairo, by cairocffi", "libcairo.so.2"),
    "django": (
        Native(NeedKind.TIME_ZONES, "", "Django reads TIME_ZONE with zoneinfo", _MEDIUM, unless=("tzdata",)),
    ),
    "ffmpeg-python": _programs("ffmpeg-python starts ffmpeg", "ffmpeg"),
    "gdal": _libraries("the bindings are built against libgdal", "libgdal.so", confidence=_MEDIUM),
    "gitpython": _programs("GitPython starts git", "git"),
    "graphviz": _programs("graphviz renders with dot", "dot"),
    "jpype1": (Native(NeedKind.INTERPRETER, "java", "JPype starts a Java virtual machine"),),
    "konlpy": (Native(NeedKind.INTERPRETER, "java", "KoNLPy starts a Java virtual machine"),),
    "language-tool-python": (Native(NeedKind.INTERPRETER, "java", "it starts LanguageTool"),),
    "mysqlclient": (
        Native(_LIBRARY, "libmariadb.so.3", "mysqlclient is built against a MySQL client", _MEDIUM),
    ),
    "opencv-contrib-python": _OPENCV,
    "opencv-python": _OPENCV,
    "pdf2image": _programs("pdf2image starts Poppler's programs", "pdftoppm", "pdfinfo"),
    "playwright": _programs("playwright starts a browser, of its own or Chromium", "chromium", confidence=_MEDIUM),
    "psycopg": (
        Native(_LIBRARY, "libpq.so.5", "psycopg loads libpq", _HIGH, ("binary",), ("psycopg-binary",)),
    ),
    "psycopg-c": _libraries("psycopg-c is built against libpq", "libpq.so.5"),
    "psycopg2": (
        Native(_LIBRARY, "libpq.so.5", "psycopg2 is built against libpq", _HIGH, (), ("psycopg2-binary",)),
    ),
    "pyaudio": _libraries("PyAudio is built against PortAudio", "libportaudio.so.2"),
    "pycairo": _libraries("pycairo is built against cairo", "libcairo.so.2"),
    "pydot": _programs("pydot renders with dot", "dot", confidence=_MEDIUM),
    "pydub": _programs("pydub converts with ffmpeg", "ffmpeg", confidence=_MEDIUM),
    "pyenchant": _libraries("PyEnchant loads enchant", "libenchant-2.so.2"),
    "pygobject": _libraries(
        "PyGObject is built against GLib's introspection", "libglib-2.0.so.0", "libgobject-2.0.so.0"
    ),
    "pygraphviz": _libraries("pygraphviz is built against Graphviz", "libcgraph.so.6", confidence=_MEDIUM),
    "pyodbc": _libraries("pyodbc is built against unixODBC's driver manager", "libodbc.so.2"),
    "pypandoc": _programs("pypandoc starts pandoc", "pandoc"),
    "pyspark": (Native(NeedKind.INTERPRETER, "java", "Spark runs on Java"),),
    "pytesseract": _programs("pytesseract starts tesseract", "tesseract"),
    "python-gnupg": _programs("python-gnupg starts gpg", "gpg"),
    "python-ldap": _libraries("python-ldap is built against OpenLDAP", "libldap.so.2", confidence=_MEDIUM),
    "python-magic": _libraries("python-magic loads libmagic", "libmagic.so.1"),
    "python-nmap": _programs("python-nmap starts nmap", "nmap"),
    "pyusb": _libraries("PyUSB loads libusb", "libusb-1.0.so.0", confidence=_MEDIUM),
    "pyzbar": _libraries("pyzbar loads zbar", "libzbar.so.0"),
    "selenium": _programs("selenium drives a browser", "chromium", confidence=Confidence.LOW),
    "sounddevice": _libraries("sounddevice loads PortAudio", "libportaudio.so.2"),
    "tika": (Native(NeedKind.INTERPRETER, "java", "it starts Apache Tika"),),
    "wand": _libraries("Wand loads ImageMagick", "libMagickWand-6.Q16.so", confidence=_MEDIUM),
    "weasyprint": _libraries("WeasyPrint loads Pango", *_PANGO),
    "pdfkit": _programs("pdfkit starts wkhtmltopdf", "wkhtmltopdf"),
    "imgkit": _programs("imgkit starts wkhtmltoimage", "wkhtmltoimage"),
    "camelot-py": _programs("camelot converts with Ghostscript", "gs", confidence=_MEDIUM),
    "ghostscript": _libraries("it loads Ghostscript", "libgs.so.10", confidence=_MEDIUM),
    "tabula-py": (Native(NeedKind.INTERPRETER, "java", "tabula-py starts tabula-java"),),
    "ocrmypdf": _programs("OCRmyPDF starts tesseract and Ghostscript", "tesseract", "gs"),
    "uwsgi": _libraries("uWSGI is built from source against what is there", "libssl.so.3", confidence=Confidence.LOW),
}  # fmt: skip
"""By normalised name, at run time."""

GLIBC_ONLY: Final = frozenset(
    ("cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x", "decord", "faiss-gpu", "jaxlib", "mediapipe",
     "nvidia-cublas-cu12", "nvidia-cudnn-cu12", "onnxruntime", "onnxruntime-gpu", "open3d", "openvino",
     "paddlepaddle", "playwright", "pyside6", "ray", "tensorflow", "tensorflow-cpu", "tensorflow-io",
     "tensorflow-text", "tflite-runtime", "torch", "torchaudio", "torchvision", "triton")
)  # fmt: skip
"""Distributions that publish binary wheels for glibc alone, and no source that pip could build."""
