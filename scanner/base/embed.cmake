# Writes a text file, or several joined by "|", as a C array and, for the report's content security policy,
# its SHA-256:
#   cmake -DIN=file -DOUT=file.c -DNAME=cm_thing [-DHASH=1] -P embed.cmake
# The file must be ASCII. A string literal of this length is beyond what C11 promises to accept.
# SPDX-License-Identifier: Apache-2.0
string(REPLACE "|" ";" files "${IN}")
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${files}
  OUTPUT_FILE ${OUT}.text COMMAND_ERROR_IS_FATAL ANY)
file(READ ${OUT}.text bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE
  "(............................................................)" "\\1\n"
  bytes "${bytes}")
set(text "extern const char ${NAME}[];\nconst char ${NAME}[] = {\n${bytes}0};\n")
if(HASH)
  file(SHA256 ${OUT}.text digest)
  string(APPEND text "extern const char ${NAME}_sha256[];\n"
    "const char ${NAME}_sha256[] = \"${digest}\";\n")
endif()
file(WRITE ${OUT} "${text}")
