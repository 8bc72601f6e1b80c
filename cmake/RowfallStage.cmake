# rowfall_stage(): one folder of src/ as an object library that sees only the
# stages named in DEPS; rowfall_stage_test(): a test that links just these.

# Everything a stage's own code is compiled with; nothing of it reaches a user.
add_library(rowfall_build INTERFACE)
target_compile_features(rowfall_build INTERFACE cxx_std_20)
target_compile_options(rowfall_build INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers
  $<$<BOOL:${ROWFALL_WERROR}>:-Werror>
  # gcc 12 reports these falsely inside the standard library when it inlines.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds;-Wno-stringop-overread>)
if(ROWFALL_SANITIZE)
  target_compile_options(rowfall_build INTERFACE
    -fsanitize=${ROWFALL_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined
    # gcc tells that ThreadSanitizer knows no fences, which is no error.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  if(ROWFALL_SANITIZE MATCHES "thread")
    target_compile_options(rowfall_build INTERFACE
      "SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/tsan.h")
  endif()
  target_link_options(rowfall_build INTERFACE -fsanitize=${ROWFALL_SANITIZE})
endif()

# rowfall_stage(<name> SOURCES <file>... [DEPS <stage>...] [LIBS <target>...])
function(rowfall_stage name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(rowfall_${name} OBJECT ${ARG_SOURCES})
  set_target_properties(rowfall_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(rowfall_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(rowfall_${name}
    PRIVATE rowfall_build
    PUBLIC absl::status absl::statusor absl::strings absl::time ${ARG_LIBS})
  set(closure ${name})
  foreach(dep IN LISTS ARG_DEPS)
    get_property(below GLOBAL PROPERTY ROWFALL_CLOSURE_${dep})
    list(APPEND closure ${below})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_property(GLOBAL PROPERTY ROWFALL_CLOSURE_${name} ${closure})
  set_property(GLOBAL APPEND PROPERTY ROWFALL_STAGES ${name})
  # The libraries that a program needs with the code; header-only ones are not
  # among them, so that an installed static library asks for no more.
  foreach(lib IN LISTS ARG_LIBS)
    if(lib MATCHES "^absl::")
      set_property(GLOBAL APPEND PROPERTY ROWFALL_STAGE_LIBS ${lib})
    endif()
  endforeach()
endfunction()

# rowfall_recompile(<name> <definition> <target>...): the sources of the targets
# once more, as the object library <name>, with a definition that tests need.
function(rowfall_recompile name definition)
  set(again)
  foreach(target IN LISTS ARGN)
    get_target_property(sources ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    list(TRANSFORM sources PREPEND ${folder}/)
    list(APPEND again ${sources})
  endforeach()
  add_library(${name} OBJECT ${again})
  target_compile_definitions(${name} PUBLIC ${definition})
  target_include_directories(${name} PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name}
    PRIVATE rowfall_build
    PUBLIC absl::status absl::statusor absl::strings absl::time)
endfunction()

# rowfall_link_stages(<target> <stage>...): links the stages and all below them.
function(rowfall_link_stages target)
  set(all)
  foreach(stage IN LISTS ARGN)
    get_property(below GLOBAL PROPERTY ROWFALL_CLOSURE_${stage})
    list(APPEND all ${below})
  endforeach()
  list(REMOVE_DUPLICATES all)
  foreach(stage IN LISTS all)
    target_link_libraries(${target} PRIVATE rowfall_${stage})
  endforeach()
  target_link_libraries(${target} PRIVATE rowfall_build Threads::Threads)
endfunction()

# rowfall_stage_test(<name> SOURCES <file>... STAGES <stage>...
#                    [LIBS <target>...] [LABELS <label>...] [FIXTURES <f>...]
#                    [LOCKS <resource>...] [ENVIRONMENT <name=value>]
#                    [TIMEOUT <seconds>] [SERIAL])
# One gtest program, one ctest entry for each case. FIXTURES kafka is the
# broker of tests/kafka; LIBS kafka_cluster are the functions to use it.
function(rowfall_stage_test name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;ENVIRONMENT"
                        "SOURCES;STAGES;LIBS;LABELS;FIXTURES;LOCKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  rowfall_link_stages(${name} ${ARG_STAGES})
  rowfall_add_gtest(${name} ${ARGN})
endfunction()

# rowfall_public_test(<name> ...): as rowfall_stage_test() without STAGES, for
# a test that sees the library as a host does.
function(rowfall_public_test name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;ENVIRONMENT"
                        "SOURCES;LIBS;LABELS;FIXTURES;LOCKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE rowfall::rowfall rowfall_build)
  rowfall_add_gtest(${name} ${ARGN})
endfunction()

# What both kinds of tests have in common.
function(rowfall_add_gtest name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;ENVIRONMENT"
                        "SOURCES;STAGES;LIBS;LABELS;FIXTURES;LOCKS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(ROWFALL_TIMEOUT_FACTOR)  # For rounds that take hours.
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${ROWFALL_TIMEOUT_FACTOR}")
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gmock_main)
  # A ;-list inside a property of gtest_discover_tests needs escaping.
  string(REPLACE ";" "\\;" labels "${ARG_LABELS}")
  set(properties LABELS "${labels}" TIMEOUT ${ARG_TIMEOUT})
  if(ARG_FIXTURES)
    list(APPEND properties FIXTURES_REQUIRED "${ARG_FIXTURES}")
  endif()
  if(kafka IN_LIST ARG_FIXTURES)
    list(APPEND ARG_LOCKS kafka)
    set(ARG_ENVIRONMENT
      ROWFALL_TEST_BROKERS_FILE=${ROWFALL_TEST_BROKERS_FILE})
  endif()
  if(ARG_LOCKS)
    list(APPEND properties RESOURCE_LOCK "${ARG_LOCKS}")
  endif()
  if(ARG_ENVIRONMENT)
    # One variable: the lists in lists of gtest_discover_tests() fall apart.
    list(APPEND properties ENVIRONMENT "${ARG_ENVIRONMENT}")
  endif()
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
