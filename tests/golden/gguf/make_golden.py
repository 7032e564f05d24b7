#!/usr/bin/env python3
"""Makes the golden files of tests/gguf with the gguf package (pip install gguf): run it in this folder.

sample.gguf       every value type, arrays, several tensor types, alignment 64
sample.txt        what that package reads from sample.gguf, a line each for keys and tensors
weight_types.txt  that package's tensor types: number, name, columns a block, bytes a block
"""
import gguf
import numpy as np

writer = gguf.GGUFWriter("sample.gguf", "llama")
writer.add_custom_alignment(64)
writer.add_uint8("t.u8", 250)
writer.add_int8("t.i8", -7)
writer.add_uint16("t.u16", 65000)
writer.add_int16("t.i16", -32000)
writer.add_uint32("t.u32", 4000000000)
writer.add_int32("t.i32", -2000000000)
writer.add_uint64("t.u64", 2**64 - 1)
writer.add_int64("t.i64", -(2**63))
writer.add_float32("t.f32", 0.25)
writer.add_float64("t.f64", -1.5e300)
writer.add_bool("t.true", True)
writer.add_bool("t.false", False)
writer.add_string("t.string", "naïve \n 😀")
writer.add_string("t.empty", "")
writer.add_array("t.strings", ["<s>", "", "▁the", "日本"])
writer.add_array("t.ints", [1, -2, 3, 40000])
writer.add_array("t.floats", [0.5, -1.25, 3.0])
writer.add_array("t.bools", [True, False, True])

rng = np.random.default_rng(1)
matrix = rng.standard_normal((3, 64)).astype(np.float32)
writer.add_tensor("token_embd.weight", matrix)
writer.add_tensor("half", matrix.astype(np.float16))
for name in ["Q8_0", "Q4_0", "Q4_1"]:
    kind = gguf.GGMLQuantizationType[name]
    writer.add_tensor(f"blk.0.{name}", gguf.quants.quantize(matrix, kind), raw_dtype=kind)
writer.add_tensor("vector", np.arange(5, dtype=np.float32))
writer.add_tensor("cube", np.arange(24, dtype=np.float32).reshape(2, 3, 4))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

NAMES = {t: t.name.lower().replace("uint", "u").replace("int", "i").replace("float", "f") for t in gguf.GGUFValueType}


def shown(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value.encode().hex()
    if isinstance(value, list):
        return ",".join(shown(v) for v in value)
    return f"{value:.17g}" if isinstance(value, float) else str(value)


reader = gguf.GGUFReader("sample.gguf")
with open("sample.txt", "w", encoding="utf-8") as out:
    for field in reader.fields.values():
        if field.name.startswith("GGUF."):
            continue
        types = " ".join(NAMES[t] for t in field.types)
        out.write(f"key {field.name} {types} {shown(field.contents())}\n")
    for t in reader.tensors:
        shape = "x".join(str(n) for n in t.shape)
        total = int(np.asarray(t.data).view(np.uint8).astype(np.uint64).sum())
        out.write(f"tensor {t.name} {t.tensor_type.name} {shape} {t.n_bytes} {total}\n")

with open("weight_types.txt", "w", encoding="utf-8") as out:
    for kind, (columns, size) in gguf.GGML_QUANT_SIZES.items():
        out.write(f"{int(kind)} {kind.name} {columns} {size}\n")
