# The steps of both tests: run a command or fail, build and run a project.

# run(<command>...): runs it and ends the test where it fails.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "Exit status ${code} of: ${command}")
  endif()
endfunction()

# build_project(<source> <build> [<cache argument>...])
function(build_project source build)
  file(REMOVE_RECURSE ${build})
  run(${CMAKE_COMMAND} -S ${source} -B ${build} -G ${GENERATOR}
      -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
      -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_CXX_COMPILER_LAUNCHER=${CXX_COMPILER_LAUNCHER}
      -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -D${CXX_FLAGS_CONFIG}
      -DSANITIZE=${SANITIZE} ${ARGN})
  run(${CMAKE_COMMAND} --build ${build} --parallel)
endfunction()
