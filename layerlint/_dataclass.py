"""`dataclasses.dataclass` without an ``exec`` for a class, instead of six: for a program that starts often.

The standard decorator compiles every method of every class anew at each start, and its module imports
`inspect`; a pre-commit hook is nothing but starts: with about 300 classes that was more than half of a run
(``benchmarks/startup.py``).  Here the methods are shared, and ``__init__`` is made when the first object is:
once for all classes with as many fields, and compiled by itself only where a field has a factory or there is
a ``__post_init__``.  The result is the same in everything that layerlint uses: fields, defaults, ``replace``,
``fields``, equality, hash, order, ``__match_args__``, pickling.  Type checkers see the standard decorator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    import operator as _operator
    from operator import attrgetter as _attrgetter

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, order=False):
        """As `dataclasses.dataclass`; what is not slotted, or has such a class as a base, is left to it."""

        def decorate(cls):
            if not slots or any("__dataclass_fields__" in base.__dict__ for base in cls.__mro__[1:]):
                return _standard(cls, frozen=frozen, slots=slots, eq=eq, order=order)
            return _build(cls, frozen, eq, order)

        return decorate if cls is None else decorate(cls)

    class _Missing:
        """Where there is no default."""

    class field:  # noqa: N801
        """As `dataclasses.field`."""

        __slots__ = ("compare", "default", "default_factory", "init", "name", "repr")

        def __init__(self, *, default=_Missing, default_factory=_Missing, init=True, repr=True, compare=True):
            self.default, self.default_factory = default, default_factory
            self.init, self.repr, self.compare = init, repr, compare

    _readers = {}

    def replace(instance, /, **changes):
        """As `dataclasses.replace`, several times faster: the fields are read in one call."""
        cls = instance.__class__
        names, read = _readers.get(cls) or _reader(cls)
        values = dict(zip(names, read(instance), strict=True))
        values.update(changes)
        return cls(**values)

    def _reader(cls):
        names = cls.__match_args__
        get = _attrgetter(*names) if names else _nothing
        found = _readers[cls] = names, get if len(names) != 1 else lambda instance: (get(instance),)
        return found

    def _standard(cls, **options):
        """The standard decorator."""
        import dataclasses

        for name, value in tuple(cls.__dict__.items()):
            if isinstance(value, field):
                setattr(cls, name, _standard_field(value, dataclasses))
        return dataclasses.dataclass(cls, **options)

    def _standard_field(given, dataclasses):
        options = {
            name: getattr(given, name) for name in ("default", "default_factory", "init", "repr", "compare")
        }
        return dataclasses.field(**{name: value for name, value in options.items() if value is not _Missing})

    class _Twin:
        """The same class by the standard decorator, made where `dataclasses` asks for what it keeps there."""

        def __init__(self, name, fields, types, options):
            self._given, self._made = (name, fields, types, options), None

        def made(self):
            if self._made is None:
                import dataclasses

                name, fields, types, options = self._given
                described = [
                    (each, types[each], _standard_field(fields[each], dataclasses)) for each in fields
                ]
                self._made = dataclasses.make_dataclass(name, described, **options)
            return self._made

    class _OfTwin:
        def __init__(self, twin, name):
            self._twin, self._name = twin, name

        def __get__(self, instance, cls):
            return getattr(self._twin.made(), self._name)

    def _build(cls, frozen, eq, order):
        namespace = dict(cls.__dict__)
        types = namespace.get("__annotations__", {})
        fields = {}
        for name in types:
            default = namespace.pop(name, _Missing)
            fields[name] = _plain if default is _Missing else _field(default)
        namespace.pop("__dict__", None)
        namespace.pop("__weakref__", None)
        compared = tuple(name for name, each in fields.items() if each.compare)
        twin = _Twin(cls.__name__, fields, types, {"frozen": frozen, "eq": eq, "order": order})
        namespace.update(
            __slots__=tuple(fields),
            __match_args__=tuple(name for name, each in fields.items() if each.init),
            __dataclass_fields__=_OfTwin(twin, "__dataclass_fields__"),
            __dataclass_params__=_OfTwin(twin, "__dataclass_params__"),
            __init__=_first_init(fields, frozen),
            __getstate__=_getstate,
            __setstate__=_setstate,
        )
        if frozen:
            namespace["__setattr__"], namespace["__delattr__"] = _setattr, _delattr
        namespace.setdefault("__repr__", _repr)
        if eq:
            get = _attrgetter(*compared) if compared else _nothing
            namespace.setdefault("__eq__", _comparison(get, _operator.eq))
            namespace.setdefault("__hash__", _hashing(get) if frozen else None)
            if order:
                for name in ("lt", "le", "gt", "ge"):
                    values = get if len(compared) > 1 else lambda instance: (get(instance),)
                    namespace[f"__{name}__"] = _comparison(values, getattr(_operator, name))
        built = type(cls)(cls.__name__, cls.__bases__, namespace)
        built.__qualname__ = cls.__qualname__
        return built

    _MANY = 6
    """Fields from which an open twin of the class pays: with 17 an object is made three times as fast.

    A subclass that is no dataclass itself needs ``__slots__ = ()``: an object with a dict is no such twin.
    """

    _OPEN, _CLOSED, _TWIN = "open", "closed", "twin"
    """How ``__init__`` sets a field: as anybody may, past ``__setattr__``, or while the object is open."""

    _plain = field()
    """Of every field without a default."""

    def _field(default):
        if type(default).__module__ == "dataclasses":
            raise TypeError("a field of layerlint._dataclass.field is wanted")
        return default if isinstance(default, field) else field(default=default)

    def _first_init(fields, frozen):
        """A constructor that is replaced by the real one when it is first called."""

        def __init__(self, *values, **named):  # noqa: N807
            owner = next(cls for cls in type(self).__mro__ if cls.__dict__.get("__init__") is __init__)
            has_post_init = hasattr(owner, "__post_init__")
            many = len(fields) >= _MANY and owner.__bases__ == (object,)
            way = _OPEN if not frozen else _TWIN if many else _CLOSED
            owner.__init__ = made = _init(fields, has_post_init, way)
            if way is _TWIN:
                # The constructor makes its object one of an open class with the same slots while it fills them.
                twin = type("_Twin", (), {"__slots__": tuple(fields)})
                made.__globals__.update(_Own=owner, _Twin=twin)
            made(self, *values, **named)

        return __init__

    def _init(fields, has_post_init, way):
        required = [each.default is _Missing for each in fields.values()]
        plain = all(each.init and each.default_factory is _Missing for each in fields.values())
        if plain and not has_post_init and required == sorted(required, reverse=True):
            defaults = tuple(each.default for each in fields.values() if each.default is not _Missing)
            return _plain_init(tuple(fields), defaults, way)
        return _compiled_init(fields, has_post_init, way)

    _prototypes = {}

    def _plain_init(names, defaults, way):
        """The code of all classes with as many fields is one, but for their names: nothing is compiled."""
        numbered = tuple(f"f{i}" for i in range(len(names)))
        code = _prototypes.get((numbered, way))
        if code is None:
            scope, body = {}, _filled([(name, name) for name in numbered], way)
            exec(f"def __init__({', '.join(('self', *numbered))}):\n{body}", scope)
            code = _prototypes[numbered, way] = scope["__init__"].__code__
        renamed = dict(zip(numbered, names, strict=True))
        parts = {
            part: tuple(renamed.get(each, each) for each in getattr(code, part))
            for part in ("co_varnames", "co_names", "co_consts")
        }
        return _function(code.replace(**parts), _scope(), "__init__", defaults or None)

    _function = type(lambda: None)

    def _scope():
        return {"_set": object.__setattr__}

    def _filled(values, way):
        """The lines that set fields, from pairs of a name and an expression."""
        if way is _OPEN:
            return "".join(f" self.{name} = {value}\n" for name, value in values) or " pass\n"
        if way is _CLOSED:
            return "".join(f" _set(self, {name!r}, {value})\n" for name, value in values) or " pass\n"
        # An object of a derived class has another layout.
        open_ = "".join(f"  self.{name} = {value}\n" for name, value in values)
        closed = "".join(f"  _set(self, {name!r}, {value})\n" for name, value in values)
        return (
            " if self.__class__ is _Own:\n  _set(self, '__class__', _Twin)\n"
            f"{open_}  self.__class__ = _Own\n else:\n{closed}"
        )

    def _compiled_init(fields, has_post_init, way):
        scope = _scope()
        parameters, values = ["self"], []
        for name, each in fields.items():
            value = name
            if each.default is not _Missing:
                scope[f"_d_{name}"] = each.default
                parameters.append(f"{name}=_d_{name}")
            elif each.default_factory is not _Missing:
                scope[f"_f_{name}"], scope["_missing"] = each.default_factory, _Missing
                parameters.append(f"{name}=_missing")
                value = f"_f_{name}() if {name} is _missing else {name}"
            elif each.init:
                parameters.append(name)
            if each.init:
                values.append((name, value))
            elif len(parameters) > 1 and parameters[-1].partition("=")[0] == name:
                parameters.pop()
                values.append((name, value.partition(" if ")[0] if "(" in value else f"_d_{name}"))
        body = _filled(values, way) + (" self.__post_init__()\n" if has_post_init else "")
        exec(f"def __init__({', '.join(parameters)}):\n{body}", scope)
        return scope["__init__"]

    def _nothing(self):
        return ()

    def _comparison(get, compare):
        def compared(self, other):
            return compare(get(self), get(other)) if other.__class__ is self.__class__ else NotImplemented

        return compared

    def _hashing(get):
        def hashed(self):
            return hash(get(self))

        return hashed

    def _repr(self):
        shown = (f"{n}={getattr(self, n)!r}" for n, f in self.__dataclass_fields__.items() if f.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _setattr(self, name, value):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _delattr(self, name):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _getstate(self):
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def _setstate(self, state):
        for name, value in zip(self.__dataclass_fields__, state, strict=True):
            object.__setattr__(self, name, value)


__all__ = ["dataclass", "field", "replace"]
