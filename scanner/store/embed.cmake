# Writes a text file as a C array: cmake -DIN=... -DOUT=... -P embed.cmake
# A string literal of this length is beyond what C11 promises to accept.
# SPDX-License-Identifier: Apache-2.0
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(............................................................)"
  "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include \"store/parts.h\"\n\n"
  "const char cm_store_schema_sql[] = {\n${bytes}0};\n")
