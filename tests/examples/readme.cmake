# Checks that README holds FILE as a code block, without its licence line:
#   cmake -DREADME=<file> -DFILE=<file> -P readme.cmake
file(READ ${FILE} code)
string(REGEX REPLACE "^// SPDX[^\n]*\n" "" code "${code}")
file(READ ${README} readme)
string(FIND "${readme}" "```cpp\n${code}```\n" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${README} does not show ${FILE} as it is")
endif()
