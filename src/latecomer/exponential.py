"""How fast can a logit share be computed, and how exactly? The exponential that the share loops use, and its inverse.

    n = nearest integer to x / ln 2,   r = x - n ln 2 (|r| <= ln 2 / 2),   exp(x) = 2^n p(r)

`p` is the polynomial of degree ten whose largest relative error on that interval is least (Remez exchange
in 50-digit arithmetic, constant then set to one so that exp(0) is exactly one): 3.1e-16 before rounding.
`ln 2` is taken off in two parts, the first with its low bits zero (Cody and Waite 1980, ch. 6), and 2^n is
added to the exponent bits.

Stated accuracy: relative error at most 2e-15 in [SMALLEST, LARGEST]; below and above, the argument is
clipped there (exp(-708) = 3.3e-308 stands for everything smaller, exp(709) = 8.2e307 for everything
larger), so no infinity, subnormal or trap ever comes out; NaN stays NaN.

The logarithm takes the exponent n off the bits, so that x = 2^n m with m between sqrt(1/2) and sqrt(2), and sums

    ln x = n ln 2 + 2 (s + s^3/3 + ... + s^21/21),   s = (m - 1)/(m + 1),  |s| <= .172

(the next term is under 2e-18). Relative error at most LOG_ERROR for every positive normal x.

Why not `math.exp`: LLVM calls the C library for it, one value at a time, unless a vector library is
installed. This one is arithmetic only, without branch or table, and becomes vector code in any plain loop
over a contiguous array. Every multiply-add is an explicit fused one, so the bits do not depend on what an
optimiser chose to contract, on where a vector loop's remainder begins, or on the number of threads.
"""

from __future__ import annotations

import struct

from numba import config, njit

SMALLEST = -708.0
LARGEST = 709.0
RELATIVE_ERROR = 2e-15
LOG_ERROR = 1e-15

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471803691238  # 32 significant bits: n * LN2_HIGH is exact for every n that occurs
LN2_LOW = 1.9082149292705877e-10
# Adding 1.5 * 2^52 rounds a small number to an integer and leaves that integer in the low bits.
ROUNDER = 6755399441055744.0
# The bits of 2 less those of sqrt(2): adding them carries into the exponent from sqrt(2) on.
HALF_ROOT = 0x95F619980C433

C1 = 1.0000000000000064
C2 = 0.49999999999997286
C3 = 0.16666666666557742
C4 = 0.041666666668426014
C5 = 0.008333333384665794
C6 = 0.0013888888499138288
C7 = 0.00019841171384225203
C8 = 2.4801917687878388e-05
C9 = 2.7639768251518622e-06
C10 = 2.748844352276439e-07

# Degree five, least squares of the relative error at Chebyshev points of the same interval, constant one.
ROUGH_ERROR = 1.1e-7
LN2 = 0.6931471805599453
D1 = 0.99999953
D2 = 0.49999141
D3 = 0.16668114
D4 = 0.04189873
D5 = 0.00826153

EXACT_NUMBERS = (
    SMALLEST, LARGEST, LOG2_E, ROUNDER, LN2_HIGH, LN2_LOW, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10,
)  # fmt: skip
ROUGH_NUMBERS = (SMALLEST, LARGEST, LOG2_E, ROUNDER, LN2, D1, D2, D3, D4, D5)

# Taylor's polynomial of degree five: below this length what it leaves out is less than 1e-16.
LONGEST_STEP = 6e-3

# Where the widest vectors lower the clock by more than they gain, LLVM's choice of half of them is left alone.
SLOW_WHEN_WIDE = ("skylake-avx512", "cascadelake", "cooperlake")


def wide_features(processor: str, features: str, wide: bool) -> str | None:
    """Return the features to compile for so that vectors have 512 bits, or None where the compiler's own choice is right.

    LLVM uses half of the width on Intel's processors: 0.76 instead of 0.64 ns for an exponential on a processor that
    splits wide vectors in two; on a processor that does not, it was not measured.
    """
    if not wide or processor.startswith("znver") or processor in SLOW_WHEN_WIDE:
        return None
    return f"{features},-prefer-256-bit"


if config.DISABLE_JIT:

    def multiply_add(a: float, b: float, c: float) -> float:
        """Return a b + c. Uncompiled it is rounded twice, which the stated accuracy allows for."""
        return a * b + c

    def held(value: float) -> float:
        """Return the value."""
        return value

    def scale_by_power_of_two(value: float, rounded: float) -> float:
        """Return value times 2^n, where `rounded` is ROUNDER + n and the result is a normal number."""
        bits = struct.unpack("<q", struct.pack("<d", value))[0]
        shift = struct.unpack("<q", struct.pack("<d", rounded))[0] << 52
        return struct.unpack("<d", struct.pack("<Q", (bits + shift) & 0xFFFFFFFFFFFFFFFF))[0]

    def exponent_of(x: float) -> float:
        """Return n of x = 2^n m, m between sqrt(1/2) and sqrt(2); x is positive and normal."""
        bits = struct.unpack("<q", struct.pack("<d", x))[0]
        return float(((bits + HALF_ROOT) >> 52) - 1023)

    def scaled_down(x: float, n: float) -> float:
        """Return x / 2^n."""
        bits = struct.unpack("<q", struct.pack("<d", x))[0]
        return struct.unpack("<d", struct.pack("<q", bits - (int(n) << 52)))[0]

else:
    from llvmlite import binding, ir
    from numba import types
    from numba.extending import intrinsic

    if config.CPU_NAME is None and config.CPU_FEATURES is None:
        host = binding.get_host_cpu_features()
        config.CPU_FEATURES = wide_features(
            binding.get_host_cpu_name(), host.flatten(), bool(host.get("avx512f", False))
        )

    @intrinsic
    def multiply_add(typingctx, a, b, c):
        """Return a b + c rounded once (the machine's fused multiply-add)."""

        def generate(context, builder, signature, arguments):
            return builder.fma(*arguments)

        return types.float64(types.float64, types.float64, types.float64), generate

    @intrinsic
    def held(typingctx, value):
        """Return a number that the compiler no longer knows as a constant, which it would load again in every round."""

        def generate(context, builder, signature, arguments):
            integer = ir.IntType(64)
            nothing = ir.InlineAsm(ir.FunctionType(integer, [integer]), "", "=r,0")
            bits = builder.call(nothing, [builder.bitcast(arguments[0], integer)])
            return builder.bitcast(bits, ir.DoubleType())

        return types.float64(types.float64), generate

    @intrinsic
    def scale_by_power_of_two(typingctx, value, rounded):
        """Return value times 2^n, where `rounded` is ROUNDER + n and the result is a normal number."""

        def generate(context, builder, signature, arguments):
            integer = ir.IntType(64)
            bits = builder.bitcast(arguments[0], integer)
            shift = builder.shl(builder.bitcast(arguments[1], integer), integer(52))
            return builder.bitcast(builder.add(bits, shift), ir.DoubleType())

        return types.float64(types.float64, types.float64), generate

    @intrinsic
    def exponent_of(typingctx, x):
        """Return n of x = 2^n m, m between sqrt(1/2) and sqrt(2); x is positive and normal."""

        def generate(context, builder, signature, arguments):
            integer = ir.IntType(64)
            bits = builder.add(builder.bitcast(arguments[0], integer), integer(HALF_ROOT))
            n = builder.sub(builder.ashr(bits, integer(52)), integer(1023))
            return builder.sitofp(n, ir.DoubleType())

        return types.float64(types.float64), generate

    @intrinsic
    def scaled_down(typingctx, x, n):
        """Return x / 2^n."""

        def generate(context, builder, signature, arguments):
            integer = ir.IntType(64)
            shift = builder.shl(builder.fptosi(arguments[1], integer), integer(52))
            bits = builder.sub(builder.bitcast(arguments[0], integer), shift)
            return builder.bitcast(bits, ir.DoubleType())

        return types.float64(types.float64, types.float64), generate


@njit(nogil=True, error_model="numpy")
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal number with relative error at most LOG_ERROR."""
    n = exponent_of(x)
    m = scaled_down(x, n)
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    p = 1.0 / 21.0
    p = multiply_add(p, square, 1.0 / 19.0)
    p = multiply_add(p, square, 1.0 / 17.0)
    p = multiply_add(p, square, 1.0 / 15.0)
    p = multiply_add(p, square, 1.0 / 13.0)
    p = multiply_add(p, square, 1.0 / 11.0)
    p = multiply_add(p, square, 1.0 / 9.0)
    p = multiply_add(p, square, 1.0 / 7.0)
    p = multiply_add(p, square, 1.0 / 5.0)
    p = multiply_add(p, square, 1.0 / 3.0)
    p = 2.0 * multiply_add(p * square, s, s)
    return multiply_add(n, LN2_HIGH, multiply_add(n, LN2_LOW, p))


@njit(nogil=True, error_model="numpy")
def exp(x: float) -> float:
    """Return e to the power x with relative error at most RELATIVE_ERROR; x is clipped to its range."""
    return exp_by(EXACT_NUMBERS, x)


@njit(nogil=True, error_model="numpy")
def rough_exp(x: float) -> float:
    """Return e to the power x with relative error at most ROUGH_ERROR, in half of the time; x is clipped to its range."""
    return rough_exp_by(ROUGH_NUMBERS, x)


@njit(nogil=True, error_model="numpy")
def exp_by(numbers: tuple[float, ...], x: float) -> float:
    """Return exp(x), given EXACT_NUMBERS; a hot loop holds them in registers (`held_exact`)."""
    smallest, largest, log2_e, rounder, ln2_high, ln2_low, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 = numbers
    # In this order a NaN passes through, and the compiler needs one instruction for each.
    x = min(max(x, smallest), largest)
    rounded = multiply_add(x, log2_e, rounder)
    n = rounded - rounder
    r = multiply_add(n, -ln2_high, x)
    r = multiply_add(n, -ln2_low, r)
    # Pairs first, then the pairs by powers of r^2: half as long a chain of dependent operations as Horner's rule.
    square = r * r
    p = multiply_add(c10, r, c9)
    p = multiply_add(p, square, multiply_add(c8, r, c7))
    p = multiply_add(p, square, multiply_add(c6, r, c5))
    p = multiply_add(p, square, multiply_add(c4, r, c3))
    p = multiply_add(p, square, multiply_add(c2, r, c1))
    p = multiply_add(p, r, 1.0)
    return scale_by_power_of_two(p, rounded)


@njit(nogil=True, error_model="numpy")
def rough_exp_by(numbers: tuple[float, ...], x: float) -> float:
    """Return rough_exp(x), given ROUGH_NUMBERS."""
    smallest, largest, log2_e, rounder, ln2, d1, d2, d3, d4, d5 = numbers
    x = min(max(x, smallest), largest)
    rounded = multiply_add(x, log2_e, rounder)
    r = multiply_add(rounded - rounder, -ln2, x)
    square = r * r
    p = multiply_add(d5, r, d4)
    p = multiply_add(p, square, multiply_add(d3, r, d2))
    p = multiply_add(p, square, multiply_add(d1, r, 1.0))
    return scale_by_power_of_two(p, rounded)


@njit(nogil=True, error_model="numpy")
def held_exact() -> tuple[float, ...]:
    """Return EXACT_NUMBERS held in registers."""
    a, b, c, d, e, f, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 = EXACT_NUMBERS
    of_range = (held(a), held(b), held(c), held(d), held(e), held(f), held(c1), held(c2))
    return (*of_range, held(c3), held(c4), held(c5), held(c6), held(c7), held(c8), held(c9), held(c10))


@njit(nogil=True, error_model="numpy")
def held_rough() -> tuple[float, ...]:
    """Return ROUGH_NUMBERS held in registers."""
    a, b, c, d, e, d1, d2, d3, d4, d5 = ROUGH_NUMBERS
    return (held(a), held(b), held(c), held(d), held(e), held(d1), held(d2), held(d3), held(d4), held(d5))


@njit(nogil=True, error_model="numpy")
def small_expm1(x: float) -> float:
    """Return e to the power x, less one, with absolute error at most 2e-16 plus that of one rounding, if |x| <= LONGEST_STEP."""
    p = multiply_add(x, 1.0 / 120.0, 1.0 / 24.0)
    p = multiply_add(x, p, 1.0 / 6.0)
    p = multiply_add(x, p, 0.5)
    return multiply_add(x * x, p, x)
