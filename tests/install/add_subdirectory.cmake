# Builds and runs a project that adds this source tree, as a shared library;
# then installs from it and uses that as a shared package.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
# Packaging is looked at, not code: without sanitizers, and compiled quickly.
set(build ${WORK_DIR}/subdirectory)
set(SANITIZE "")
set(BUILD_TYPE Debug)
set(CXX_FLAGS_CONFIG "CMAKE_CXX_FLAGS_DEBUG=-O0")
build_project(${SOURCE_DIR}/tests/install/subdirectory ${build}
  -DROWFALL_DIR=${SOURCE_DIR}
  -DROWFALL_WERROR=${WERROR} -DBUILD_SHARED_LIBS=ON -DROWFALL_INSTALL=ON)
run(${build}/consumer/consumer)

set(prefix ${WORK_DIR}/shared_prefix)
file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
build_project(${SOURCE_DIR}/tests/install/consumer ${WORK_DIR}/shared_consumer
  -DCMAKE_PREFIX_PATH=${prefix})
run(${WORK_DIR}/shared_consumer/consumer)
