"""How does compiled code read a record whose axes have lengths that only the case knows?

A record of the model is one row of a NumPy structured array. To numba the lengths of a record's axes are part of its type, so a
case with one maker more would compile the whole model again. Here compiled code sees a record as an address and a layout:

    row    (data, layout)                  a record; a field starts at data + offset and has the lengths that the layout holds
    table  (data, layout, stride, size)    records one after the other: world [t], makers [m] ...
    now    (address)                       a year of a history: its index, seed and history, then tables, all whole numbers

A kind of record knows its fields, and of each which lengths are fixed (powertrains, buyers ...) and which are the case's own
(makers, regions, destinations). It finds out by making the structured type twice, with other lengths: what differs is the case's.
Fixed lengths and offsets become constants of the code. The others are loads that the compiler may take to be invariant, so that
they leave the loops. The names of these types are short, which numba compares and prints many thousand times.

Only compiled code sees this file: the same kernels run as plain Python on the arrays themselves (NUMBA_DISABLE_JIT=1).
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models, register_default
from numba.core.extending import (
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
)
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.np.numpy_support import from_dtype

OTHER_LENGTHS = (
    64,
    128,
)  # so far apart that no field that follows stands at the same place, whatever its alignment
CASE_AXES = "mrx"  # makers, regions and destinations: the lengths that differ from case to case


@dataclass(frozen=True)
class Place:
    """Where a field stands: its number in the layout, its element type, its lengths and its offset (None: the case's own)."""

    slot: int
    element: types.Type
    shape: tuple[int | None, ...]
    offset: int | None


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of record: its name and the places of its fields."""

    name: str
    fields: Mapping[str, Place]


def kind_of(name: str, make: Callable[[dict[str, int]], np.dtype], fixed: bool = True) -> Kind:
    """Return the kind of the records that `make` types from the lengths of the case's own axes.

    Unless `fixed`, every offset is looked up in the layout, so that types with other fields between these fit, too.
    """
    one, other = (make(dict.fromkeys(CASE_AXES, length)) for length in OTHER_LENGTHS)
    places, slot = {}, 0
    for field in one.names or ():
        (a, at_a), (b, at_b) = inner(one, field), inner(other, field)
        shape = tuple(i if i == j else None for i, j in zip(a.shape, b.shape, strict=True))
        places[field] = Place(slot, from_dtype(a.base), shape, at_a if fixed and at_a == at_b else None)
        slot += 1 + len(shape)
    return Kind(name, places)


def inner(dtype: np.dtype, field: str) -> tuple[np.dtype, int]:
    """Return the type and the offset of a field; raises KeyError if there is none."""
    found: Any = dtype[field], dtype.fields[field][1]  # type: ignore[index]
    return found[0], found[1]


LAYOUTS: dict[tuple[Kind, np.dtype], np.ndarray] = {}


def layout_of(kind: Kind, dtype: np.dtype) -> np.ndarray:
    """Return offset and lengths of every field of a kind in a structured type, one after the other, as `Place.slot` counts them.

    The array is kept for good, since compiled code knows only its address; two threads that make it at once both get the
    first one (a cache that let the second replace it would leave the other thread with freed memory).
    Raises KeyError for a field that the type lacks, TypeError for one of another type or of other fixed lengths.
    """
    if (kind, dtype) in LAYOUTS:
        return LAYOUTS[kind, dtype]
    numbers = []
    for name, place in kind.fields.items():
        field, offset = inner(dtype, name)
        fits = len(field.shape) == len(place.shape) and all(
            length in (None, real) for length, real in zip(place.shape, field.shape, strict=True)
        )
        if from_dtype(field.base) != place.element or not fits or place.offset not in (None, offset):
            raise TypeError(f"{kind.name}.{name}: {field} at {offset} where {place} is read")
        numbers += [offset, *field.shape]
    return LAYOUTS.setdefault((kind, dtype), np.array(numbers, dtype=np.int64))


def address_of(kind: Kind, records: np.ndarray) -> tuple[int, int, int, int]:
    """Return a table's data, layout, stride and size as integers; `records` must outlive their use."""
    return records.ctypes.data, layout_of(kind, records.dtype).ctypes.data, records.strides[0], len(records)


class RowType(types.Type):
    """A record of one kind, in compiled code."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        super().__init__(name=f"row({kind.name})")


class TableType(types.Type):
    """Records of one kind one after the other, in compiled code."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        super().__init__(name=f"table({kind.name})")


ADDRESS, LAYOUT = types.CPointer(types.uint8), types.CPointer(types.intp)
ROW = [("data", ADDRESS), ("layout", LAYOUT)]
TABLE = [*ROW, ("stride", types.intp), ("size", types.intp)]


@register_default(RowType)
class RowModel(models.StructModel):
    """A row in memory."""

    def __init__(self, manager: Any, row: RowType) -> None:
        super().__init__(manager, row, ROW)


@register_default(TableType)
class TableModel(models.StructModel):
    """A table in memory."""

    def __init__(self, manager: Any, table: TableType) -> None:
        super().__init__(manager, table, TABLE)


@infer_getattr
class RowFields(AttributeTemplate):
    """A row's attributes are its fields."""

    key = RowType

    def generic_resolve(self, row: RowType, name: str) -> types.Type | None:
        """Return the type of a field: a number or an array."""
        place = row.kind.fields.get(name)
        if place is None:
            return None
        return types.Array(place.element, len(place.shape), "C") if place.shape else place.element


@infer_getattr
class TableSize(AttributeTemplate):
    """A table knows how many records it has."""

    key = TableType

    def resolve_size(self, table: TableType) -> types.Type:
        """Return the type of a size."""
        return types.intp


@infer_global(operator.getitem)
class TableItem(AbstractTemplate):
    """A table's items are rows."""

    key = operator.getitem

    def generic(self, args: tuple, kws: dict) -> Any:
        """Return the signature of table[i]."""
        table, place = args
        if isinstance(table, TableType) and isinstance(place, types.Integer):
            return signature(RowType(table.kind), table, types.intp)
        return None


def known(context: Any, builder: Any, layout: Any, slot: int) -> Any:
    """Load a number of the layout; it never changes, and the compiler is told so."""
    number = builder.load(builder.gep(layout, [context.get_constant(types.intp, slot)], inbounds=True))
    number.set_metadata("invariant.load", builder.module.add_metadata([]))
    return number


def place_of(context: Any, builder: Any, row: RowType, value: Any, name: str) -> tuple[Place, Any, Any]:
    """Return a field's place, the address of its first element and the layout."""
    place = row.kind.fields[name]
    data, layout = builder.extract_value(value, 0), builder.extract_value(value, 1)
    if place.offset is None:
        offset = known(context, builder, layout, place.slot)
    else:
        offset = context.get_constant(types.intp, place.offset)
    address = builder.gep(data, [offset], inbounds=True)
    pointer = builder.bitcast(address, context.get_data_type(place.element).as_pointer())
    return place, pointer, layout


@lower_getattr_generic(RowType)
def get_field(context: Any, builder: Any, row: RowType, value: Any, name: str) -> Any:
    """Read a number, or make the array that stands in the row."""
    place, pointer, layout = place_of(context, builder, row, value, name)
    if not place.shape:
        return context.unpack_value(builder, place.element, pointer)
    shape = [
        known(context, builder, layout, place.slot + 1 + i)
        if length is None
        else context.get_constant(types.intp, length)
        for i, length in enumerate(place.shape)
    ]
    itemsize = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(place.element)))
    strides, count = [itemsize], shape[0]
    for length in shape[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length, flags=["nsw"]))
    for length in shape[1:]:
        count = builder.mul(count, length, flags=["nsw"])
    packed = (
        cgutils.pack_array(builder, numbers, context.get_value_type(types.intp))
        for numbers in (shape, strides)
    )
    kind = types.Array(place.element, len(shape), "C")
    return packed_array(context, builder, kind, pointer, itemsize, count, *packed)


def packed_array(context: Any, builder: Any, kind: types.Array, *parts: Any) -> Any:
    """Return an array of the given data, item size, number of items, shape and strides; nobody counts who uses it."""
    model = context.data_model_manager[kind]
    array = cgutils.get_null_value(context.get_value_type(kind))
    for name, part in zip(("data", "itemsize", "nitems", "shape", "strides"), parts, strict=True):
        array = builder.insert_value(array, part, model.get_field_position(name))
    return array


@lower_setattr_generic(RowType)
def set_field(context: Any, builder: Any, sig: Any, args: tuple, name: str) -> None:
    """Write a number into the row (of an array, elements are written)."""
    place, pointer, _ = place_of(context, builder, sig.args[0], args[0], name)
    if place.shape:
        raise TypeError(f"{name} is an array: write its elements")
    context.pack_value(
        builder, place.element, context.cast(builder, args[1], sig.args[1], place.element), pointer
    )


@lower_getattr(TableType, "size")
def get_size(context: Any, builder: Any, table: TableType, value: Any) -> Any:
    """Return how many records a table has."""
    return cgutils.create_struct_proxy(table)(context, builder, value=value).size


@lower_builtin(operator.getitem, TableType, types.intp)
def get_row(context: Any, builder: Any, sig: Any, args: tuple) -> Any:
    """Return a row of a table; like an array's in compiled code, the place is not checked."""
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    row = cgutils.create_struct_proxy(sig.return_type)(context, builder)
    row.data = builder.gep(table.data, [builder.mul(args[1], table.stride)], inbounds=True)
    row.layout = table.layout
    return row._getvalue()


class NowType(types.Type):
    """A year of a history and its inputs, in compiled code: whole numbers that stand at an address.

    `numbers` names those before the tables; `tables` the kind and the place of each table; `slices` the tables whose row of the
    year is read by a name of its own, and `year` the number that is the row's index.
    """

    def __init__(
        self, numbers: tuple[str, ...], tables: Mapping[str, tuple[Kind, int]], slices: Mapping[str, str]
    ) -> None:
        self.numbers, self.tables, self.slices, self.year = numbers, tables, slices, numbers[0]
        super().__init__(name="now")


@register_default(NowType)
class NowModel(models.PrimitiveModel):
    """A year in memory: where its numbers stand."""

    def __init__(self, manager: Any, now: NowType) -> None:
        super().__init__(manager, now, ir.IntType(64).as_pointer())


@infer_getattr
class NowFields(AttributeTemplate):
    """A year's attributes are its numbers, its tables, and the rows of the year."""

    key = NowType

    def generic_resolve(self, now: NowType, name: str) -> types.Type | None:
        """Return the type of a number, a table or a row."""
        if name in now.numbers:
            return types.intp
        if name in now.slices:
            return RowType(now.tables[now.slices[name]][0])
        return TableType(now.tables[name][0]) if name in now.tables else None


@lower_getattr_generic(NowType)
def get_from_now(context: Any, builder: Any, now: NowType, value: Any, name: str) -> Any:
    """Read a number, or make a table or a row of the numbers that describe it."""
    if name in now.numbers:
        return known(context, builder, value, now.numbers.index(name))
    kind, place = now.tables[now.slices.get(name, name)]
    data, layout, stride, size = (known(context, builder, value, place + i) for i in range(4))
    kept = RowType(kind) if name in now.slices else TableType(kind)
    made = cgutils.create_struct_proxy(kept)(context, builder)
    made.data = builder.inttoptr(data, context.get_value_type(ADDRESS))
    made.layout = builder.inttoptr(layout, context.get_value_type(LAYOUT))
    if name in now.slices:
        t = known(context, builder, value, now.numbers.index(now.year))
        made.data = builder.gep(made.data, [builder.mul(t, stride)], inbounds=True)
    else:
        made.stride, made.size = stride, size
    return made._getvalue()


def now_from(kind: NowType) -> Callable:
    """Return an intrinsic that takes an address for that of a year's numbers."""

    @intrinsic
    def now(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: tuple) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(kind))

        return kind(types.intp), generate

    return now


def table_from(kind: Kind) -> Callable:
    """Return an intrinsic that makes a table of this kind of four integers that stand at an address (`address_of`)."""

    @intrinsic
    def table(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: tuple) -> Any:
            numbers = builder.inttoptr(args[0], context.get_value_type(LAYOUT))
            data, layout, stride, size = (
                builder.load(builder.gep(numbers, [context.get_constant(types.intp, i)])) for i in range(4)
            )
            made = cgutils.create_struct_proxy(sig.return_type)(context, builder)
            made.data = builder.inttoptr(data, context.get_value_type(ADDRESS))
            made.layout = builder.inttoptr(layout, context.get_value_type(LAYOUT))
            made.stride, made.size = stride, size
            return made._getvalue()

        return TableType(kind)(types.intp), generate

    return table


def called_at(*arguments: types.Type) -> Callable:
    """Return an intrinsic that calls the compiled function at an address with arguments of these types."""

    @intrinsic
    def call(typing_context: Any, address: Any, given: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: tuple) -> Any:
            shape = ir.FunctionType(
                context.get_value_type(types.none), [context.get_value_type(kind) for kind in arguments]
            )
            function = builder.inttoptr(args[0], shape.as_pointer())
            builder.call(function, [builder.extract_value(args[1], i) for i in range(len(arguments))])
            return context.get_dummy_value()

        return types.none(types.intp, types.Tuple(arguments)), generate

    return call
