"""How does every random draw depend on what it is for, and on nothing else?

A draw is a function of its address. The generator is Philox4x64-10, which turns a counter of four 64-bit
words and a key of two into four random words by ten rounds of

    (x0, x1, x2, x3) <- (high(M1 x2) ^ x1 ^ k0,  low(M1 x2),  high(M0 x0) ^ x3 ^ k1,  low(M0 x0))
    (k0, k1)         <- (k0 + W0, k1 + W1)                     modulo 2^64

with   counter = (history, year, entity, channel)   and   key = (seed, LAYOUT_VERSION).

There is no state, so no draw moves another: adding a firm, a channel or an output, or running histories in
another order or on more threads, leaves every other draw as it was. One address gives one draw; what a
channel means is decided by the model, which owns the list of channels. Each part of an address, and the seed,
is any 64-bit integer, negative ones included.

Whoever changes what an address means, or how words become numbers, raises LAYOUT_VERSION,
and every draw changes.

Sources: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11;
Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics
37(3), 477-484.
"""

import math

import numpy as np
from numba import config

from latecomer.compiled import kernel

LAYOUT_VERSION = 1
ROUNDS = 10
MULTIPLIER_0 = 0xD2E7470EE14C6C93
MULTIPLIER_1 = 0xCA5A826395121157
WEYL_0 = 0x9E3779B97F4A7C15  # the golden ratio, in units of 2^-64
WEYL_1 = 0xBB67AE8584CAA73B  # the square root of three, less one
WORD = 0xFFFFFFFFFFFFFFFF

NORMAL_RELATIVE_ERROR = 1e-15

if config.DISABLE_JIT:

    def word(integer: int) -> int:
        """Return a signed or unsigned integer as a 64-bit word (two's complement)."""
        return int(integer) & WORD

    def multiply(a: int, b: int) -> tuple[int, int]:
        """Return the high and the low word of the product of two words."""
        product = int(a) * int(b)
        return product >> 64, product & WORD

    def advance(key: int, step: int) -> int:
        """Return the sum of two words modulo 2^64."""
        return (key + step) & WORD

else:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def multiply_high(typingctx, a, b):
        """Return the high word of the product of two words."""

        def generate(context, builder, signature, arguments):
            wide = ir.IntType(128)
            product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
            return builder.trunc(builder.lshr(product, wide(64)), ir.IntType(64))

        return types.uint64(types.uint64, types.uint64), generate

    @kernel
    def word(integer: int) -> int:
        """Return a signed or unsigned integer as a 64-bit word (two's complement)."""
        return np.uint64(integer)  # type: ignore[return-value]

    @kernel
    def multiply(a: int, b: int) -> tuple[int, int]:
        """Return the high and the low word of the product of two words."""
        return multiply_high(a, b), a * b

    @kernel
    def advance(key: int, step: int) -> int:
        """Return the sum of two words modulo 2^64."""
        return key + step


@kernel
def uniform(seed: int, history: int, year: int, entity: int, channel: int) -> float:
    """Return the draw of this address, uniform between zero and one, neither of which it ever is.

    The top 52 bits of the first word count steps of 2^-52, and the draw is the middle of its step: exact in
    floating point and symmetric about one half. With 53 bits the middle of the last step would round to one.
    """
    return ((raw(seed, history, year, entity, channel)[0] >> 12) + 0.5) * 2.0**-52


@kernel
def normal(seed: int, history: int, year: int, entity: int, channel: int) -> float:
    """Return the draw of this address, standard normal: the quantile of the same address's uniform draw.

    By inversion, so that one address gives one draw, which rises with its uniform. Between -8.21 and 8.21.
    """
    return normal_quantile(uniform(seed, history, year, entity, channel))


@kernel
def raw(seed: int, history: int, year: int, entity: int, channel: int) -> tuple[int, int, int, int]:
    """Return the four random words of this address."""
    return philox(history, year, entity, channel, seed, LAYOUT_VERSION)


@kernel
def philox(x0: int, x1: int, x2: int, x3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return Philox4x64-10 of a counter (x0..x3, lowest word first) and a key (k0, k1): 64-bit integers."""
    x0, x1, x2, x3, k0, k1 = word(x0), word(x1), word(x2), word(x3), word(k0), word(k1)
    for _ in range(ROUNDS):
        high_0, low_0 = multiply(MULTIPLIER_0, x0)
        high_1, low_1 = multiply(MULTIPLIER_1, x2)
        x0, x1, x2, x3 = high_1 ^ x1 ^ k0, low_1, high_0 ^ x3 ^ k1, low_0
        k0, k1 = advance(k0, WEYL_0), advance(k1, WEYL_1)
    return x0, x1, x2, x3


@kernel
def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile of a probability strictly between zero and one (AS 241, PPND16).

    Three ratios of polynomials of degree seven: the middle (85% of draws) in the square of the distance from
    one half, either tail in r = sqrt(-ln p) of its small side. Relative error at most NORMAL_RELATIVE_ERROR.
    """
    distance = probability - 0.5
    if abs(distance) <= 0.425:
        return distance * middle(0.180625 - distance * distance)
    small_side = probability if distance < 0.0 else 1.0 - probability
    r = math.sqrt(-math.log(small_side))
    size = near_tail(r - 1.6) if r <= 5.0 else far_tail(r - 5.0)
    return -size if distance < 0.0 else size


@kernel
def middle(r: float) -> float:
    """Return quantile / (p - 1/2) for |p - 1/2| <= 0.425, with r = 0.425^2 - (p - 1/2)^2."""
    above = 2.5090809287301226727e3
    above = above * r + 3.3430575583588128105e4
    above = above * r + 6.7265770927008700853e4
    above = above * r + 4.5921953931549871457e4
    above = above * r + 1.3731693765509461125e4
    above = above * r + 1.9715909503065514427e3
    above = above * r + 1.3314166789178437745e2
    above = above * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3
    below = below * r + 2.8729085735721942674e4
    below = below * r + 3.9307895800092710610e4
    below = below * r + 2.1213794301586595867e4
    below = below * r + 5.3941960214247511077e3
    below = below * r + 6.8718700749205790830e2
    below = below * r + 4.2313330701600911252e1
    below = below * r + 1.0
    return above / below


@kernel
def near_tail(r: float) -> float:
    """Return the size of the quantile for 1.6 <= sqrt(-ln p) <= 5, with r = sqrt(-ln p) - 1.6."""
    above = 7.74545014278341407640e-4
    above = above * r + 2.27238449892691845833e-2
    above = above * r + 2.41780725177450611770e-1
    above = above * r + 1.27045825245236838258e0
    above = above * r + 3.64784832476320460504e0
    above = above * r + 5.76949722146069140550e0
    above = above * r + 4.63033784615654529590e0
    above = above * r + 1.42343711074968357734e0
    below = 1.05075007164441684324e-9
    below = below * r + 5.47593808499534494600e-4
    below = below * r + 1.51986665636164571966e-2
    below = below * r + 1.48103976427480074590e-1
    below = below * r + 6.89767334985100004550e-1
    below = below * r + 1.67638483018380384940e0
    below = below * r + 2.05319162663775882187e0
    below = below * r + 1.0
    return above / below


@kernel
def far_tail(r: float) -> float:
    """Return the size of the quantile for sqrt(-ln p) > 5, beyond 6.66 deviations; r = sqrt(-ln p) - 5."""
    above = 2.01033439929228813265e-7
    above = above * r + 2.71155556874348757815e-5
    above = above * r + 1.24266094738807843860e-3
    above = above * r + 2.65321895265761230930e-2
    above = above * r + 2.96560571828504891230e-1
    above = above * r + 1.78482653991729133580e0
    above = above * r + 5.46378491116411436990e0
    above = above * r + 6.65790464350110377720e0
    below = 2.04426310338993978564e-15
    below = below * r + 1.42151175831644588870e-7
    below = below * r + 1.84631831751005468180e-5
    below = below * r + 7.86869131145613259100e-4
    below = below * r + 1.48753612908506148525e-2
    below = below * r + 1.36929880922735805310e-1
    below = below * r + 5.99832206555887937690e-1
    below = below * r + 1.0
    return above / below
