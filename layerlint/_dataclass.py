"""`dataclasses.dataclass` without an ``exec`` for most classes, instead of six: for a program that starts often.

The standard decorator compiles every method of every class anew at each start, and a pre-commit hook
is nothing but starts: with about 250 classes that was more than half of a run (``benchmarks/startup.py``).
Here the methods are shared; ``__init__`` is compiled once for all classes with as many fields, and by
itself only where a field has a factory or there is a ``__post_init__``.  The result is the same in everything
that layerlint uses: fields, defaults, ``replace``, ``fields``, equality, hash, order of ``__match_args__``,
pickling.  Type checkers see the standard decorator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:
    import dataclasses as _standard
    from operator import attrgetter as _attrgetter
    from types import SimpleNamespace as _Namespace

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, order=False):
        """As `dataclasses.dataclass`; what is not frozen and slotted, or is ordered, is left to it."""

        def decorate(cls):
            if (
                not (frozen and slots)
                or order
                or any("__dataclass_fields__" in base.__dict__ for base in cls.__mro__[1:])
            ):
                return _standard.dataclass(cls, frozen=frozen, slots=slots, eq=eq, order=order)
            return _build(cls, eq)

        return decorate if cls is None else decorate(cls)

    _readers = {}

    def replace(instance, /, **changes):
        """As `dataclasses.replace`, several times faster: the fields are read in one call."""
        cls = instance.__class__
        names, read = _readers.get(cls) or _reader(cls)
        values = dict(zip(names, read(instance), strict=True))
        values.update(changes)
        return cls(**values)

    def _reader(cls):
        names = tuple(name for name, field in cls.__dataclass_fields__.items() if field.init)
        get = _attrgetter(*names) if names else _nothing
        found = _readers[cls] = names, get if len(names) != 1 else lambda instance: (get(instance),)
        return found

    def _build(cls, eq):
        namespace = dict(cls.__dict__)
        fields = {name: _field(cls, name) for name in cls.__annotations__}
        for name, field in fields.items():
            namespace.pop(name, None)
            field._field_type = _standard._FIELD
        namespace.pop("__dict__", None)
        namespace.pop("__weakref__", None)
        many = len(fields) >= _MANY and cls.__bases__ == (object,)
        compared = tuple(name for name, field in fields.items() if field.compare)
        namespace.update(
            __slots__=tuple(fields),
            __match_args__=tuple(name for name, field in fields.items() if field.init),
            __dataclass_fields__=fields,
            __dataclass_params__=_parameters(eq),
            __init__=_init(fields, "__post_init__" in namespace, many),
            __setattr__=_setattr,
            __delattr__=_delattr,
            __getstate__=_getstate,
            __setstate__=_setstate,
        )
        namespace.setdefault("__repr__", _repr)
        if eq:
            get = _attrgetter(*compared) if compared else _nothing
            namespace.setdefault("__eq__", _equality(get))
            namespace.setdefault("__hash__", _hashing(get))
        built = type(cls)(cls.__name__, cls.__bases__, namespace)
        built.__qualname__ = cls.__qualname__
        if many:
            # The constructor makes its object one of an open class with the same slots while it fills them.
            twin = type("_Twin", (), {"__slots__": tuple(fields)})
            built.__init__.__globals__.update(_Own=built, _Twin=twin)
        return built

    def _parameters(eq):
        """What the standard decorator notes of itself; the class that it notes it in is private, and changes."""
        return _Namespace(
            init=True, repr=True, eq=eq, order=False, unsafe_hash=False, frozen=True,
            match_args=True, kw_only=False, slots=True, weakref_slot=False,
        )  # fmt: skip

    _MANY = 6
    """Fields from which an open twin of the class pays: with 17 an object is made three times as fast."""

    def _field(cls, name):
        default = cls.__dict__.get(name, _standard.MISSING)
        field = default if isinstance(default, _standard.Field) else _standard.field(default=default)
        field.name = name
        field.type = cls.__annotations__[name]
        if field.kw_only is _standard.MISSING:
            field.kw_only = False
        return field

    def _init(fields, has_post_init, many):
        required = [field.default is _standard.MISSING for field in fields.values()]
        plain = all(f.init and f.default_factory is _standard.MISSING for f in fields.values())
        if plain and not has_post_init and required == sorted(required, reverse=True):
            defaults = tuple(f.default for f in fields.values() if f.default is not _standard.MISSING)
            return _plain_init(tuple(fields), defaults, many)
        return _compiled_init(fields, has_post_init, many)

    _prototypes = {}

    def _plain_init(names, defaults, many):
        """The code of all classes with as many fields is one, but for their names: nothing is compiled."""
        numbered = tuple(f"f{i}" for i in range(len(names)))
        code = _prototypes.get((numbered, many))
        if code is None:
            scope, body = {}, _filled([(name, name) for name in numbered], many)
            exec(f"def __init__({', '.join(('self', *numbered))}):\n{body}", scope)
            code = _prototypes[numbered, many] = scope["__init__"].__code__
        renamed = dict(zip(numbered, names, strict=True))
        parts = {
            part: tuple(renamed.get(each, each) for each in getattr(code, part))
            for part in ("co_varnames", "co_names", "co_consts")
        }
        return _function(code.replace(**parts), _scope(), "__init__", defaults or None)

    _function = type(lambda: None)

    def _scope():
        return {"_set": object.__setattr__}

    def _filled(values, many):
        """The lines that set fields, from pairs of a name and an expression."""
        if not many:
            return "".join(f" _set(self, {name!r}, {value})\n" for name, value in values) or " pass\n"
        # An object of a derived class has another layout.
        open_ = "".join(f"  self.{name} = {value}\n" for name, value in values)
        closed = "".join(f"  _set(self, {name!r}, {value})\n" for name, value in values)
        return (
            " if self.__class__ is _Own:\n  _set(self, '__class__', _Twin)\n"
            f"{open_}  self.__class__ = _Own\n else:\n{closed}"
        )

    def _compiled_init(fields, has_post_init, many):
        scope = _scope()
        parameters, values = ["self"], []
        for name, field in fields.items():
            value = name
            if field.default is not _standard.MISSING:
                scope[f"_d_{name}"] = field.default
                parameters.append(f"{name}=_d_{name}")
            elif field.default_factory is not _standard.MISSING:
                scope[f"_f_{name}"], scope["_missing"] = field.default_factory, _standard.MISSING
                parameters.append(f"{name}=_missing")
                value = f"_f_{name}() if {name} is _missing else {name}"
            elif field.init:
                parameters.append(name)
            if field.init:
                values.append((name, value))
            elif len(parameters) > 1 and parameters[-1].partition("=")[0] == name:
                parameters.pop()
                values.append((name, value.partition(" if ")[0] if "(" in value else f"_d_{name}"))
        body = _filled(values, many) + (" self.__post_init__()\n" if has_post_init else "")
        exec(f"def __init__({', '.join(parameters)}):\n{body}", scope)
        return scope["__init__"]

    def _nothing(self):
        return ()

    def _equality(get):
        def equal(self, other):
            return get(self) == get(other) if other.__class__ is self.__class__ else NotImplemented

        return equal

    def _hashing(get):
        def hashed(self):
            return hash(get(self))

        return hashed

    def _repr(self):
        shown = (f"{n}={getattr(self, n)!r}" for n, f in self.__dataclass_fields__.items() if f.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _setattr(self, name, value):
        raise _standard.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _delattr(self, name):
        raise _standard.FrozenInstanceError(f"cannot delete field {name!r}")

    def _getstate(self):
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def _setstate(self, state):
        for name, value in zip(self.__dataclass_fields__, state, strict=True):
            object.__setattr__(self, name, value)


__all__ = ["dataclass", "replace"]
