# Installs this build into a new prefix, then builds and runs a project that
# knows nothing but that prefix.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
set(prefix ${WORK_DIR}/prefix)
file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
build_project(${SOURCE_DIR}/tests/install/consumer ${WORK_DIR}/consumer
  -DCMAKE_PREFIX_PATH=${prefix})
run(${WORK_DIR}/consumer/consumer)
