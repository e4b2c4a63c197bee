"""A stand-in for CuPy: kernels are compiled by g++ for this processor, the threads of a block are coroutines.

It runs the very source that a GPU would be given, so it tests the engine's text and Python; not a GPU's arithmetic.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

SHIM = """
#include <cmath>
#include <cstring>
#include <ucontext.h>
#include <vector>
#define __device__
#define __global__
#define __shared__ static
using std::fabs;
using std::sqrt;
struct Index { unsigned x; };
static Index threadIdx, blockIdx, blockDim;
static ucontext_t scheduler, threads[256];
static bool finished[256];
static double __longlong_as_double(long long bits) { double d; std::memcpy(&d, &bits, 8); return d; }
static long long __double_as_longlong(double d) { long long bits; std::memcpy(&bits, &d, 8); return bits; }
static void __syncthreads() { swapcontext(&threads[threadIdx.x], &scheduler); }
static void (*body)();
static void enter() { body(); finished[threadIdx.x] = true; }
static void launch(unsigned grid, unsigned block, void (*kernel)()) {
    static std::vector<char> stacks(256 * 65536);
    body = kernel;
    blockDim.x = block;
    for (blockIdx.x = 0; blockIdx.x < grid; ++blockIdx.x) {
        for (unsigned i = 0; i < block; ++i) {
            finished[i] = false;
            getcontext(&threads[i]);
            threads[i].uc_stack.ss_sp = stacks.data() + i * 65536;
            threads[i].uc_stack.ss_size = 65536;
            threads[i].uc_link = &scheduler;
            makecontext(&threads[i], enter, 0);
        }
        for (bool going = true; going;) {
            going = false;
            for (unsigned i = 0; i < block; ++i)
                if (!finished[i]) {
                    threadIdx.x = i;
                    swapcontext(&scheduler, &threads[i]);
                    going = going || !finished[i];
                }
        }
    }
}
"""
NUMBERS = {"long long": ctypes.c_longlong, "int": ctypes.c_int, "unsigned long long": ctypes.c_ulonglong}


class RawModule:
    def __init__(self, code: str, options: tuple[str, ...]) -> None:
        assert "--fmad=false" in options
        self.signatures = {
            name: [part.strip().rsplit(" ", 1) for part in arguments.replace("\n", " ").split(",")]
            for name, arguments in re.findall(r"__global__ void (\w+)\((.*?)\) \{", code, re.DOTALL)
        }
        wrappers = []
        for name, arguments in self.signatures.items():
            wrappers += [f"static {type.strip()} {name}_{argument};" for type, argument in arguments]
            call = ", ".join(f"{name}_{argument}" for _, argument in arguments)
            given = ", ".join(f"{type} {argument}" for type, argument in arguments)
            stores = " ".join(f"{name}_{argument} = {argument};" for _, argument in arguments)
            wrappers.append(f"static void call_{name}() {{ {name}({call}); }}")
            wrappers.append(
                f'extern "C" void run_{name}(unsigned grid, unsigned block, {given}) '
                f"{{ {stores} launch(grid, block, call_{name}); }}"
            )
        folder = Path(tempfile.mkdtemp())
        (folder / "kernel.cpp").write_text(SHIM + code + "\n".join(wrappers))
        command = [
            "g++",
            "-std=c++14",
            "-O1",
            "-ffp-contract=off",
            "-shared",
            "-fPIC",
            "-Wl,-Bsymbolic",
            "-o",
            "kernel.so",
            "kernel.cpp",
        ]
        subprocess.run(command, cwd=folder, check=True)
        self.library = ctypes.CDLL(str(folder / "kernel.so"))

    def get_function(self, name: str) -> Any:
        function = self.library[f"run_{name}"]
        types = [NUMBERS.get(type.strip(), ctypes.c_void_p) for type, _ in self.signatures[name]]
        function.argtypes = [ctypes.c_uint, ctypes.c_uint, *types]

        def start(grid: tuple[int], block: tuple[int], arguments: tuple[Any, ...]) -> None:
            plain = [
                value.ctypes.data if isinstance(value, np.ndarray) and value.ndim else int(value) for value in arguments
            ]
            function(grid[0], block[0], *plain)

        return start


def module(devices: int = 1) -> Any:
    """What the engine uses of CuPy, with so many GPUs."""
    runtime = SimpleNamespace(getDeviceCount=lambda: devices, getDeviceProperties=lambda _: {"name": b"stand-in"})
    return SimpleNamespace(
        cuda=SimpleNamespace(runtime=runtime),
        RawModule=RawModule,
        asarray=np.array,
        asnumpy=np.asarray,
        empty=np.empty,
        __version__="0",
    )
