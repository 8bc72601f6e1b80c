# Install rules: the library, its components, headers and CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rowfall)

# Components whose target exists; the optional ones are absent where their
# third-party library was not asked for.
set(installed rowfall)
set(components)
foreach(component sqlite testing)
  if(TARGET rowfall::${component})
    get_target_property(target rowfall::${component} ALIASED_TARGET)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${component})
    list(APPEND installed ${target})
    list(APPEND components ${component})
  endif()
endforeach()

install(TARGETS ${installed} EXPORT rowfallTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT rowfallTargets NAMESPACE rowfall::
  DESTINATION ${package_dir})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/rowfall
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(ROWFALL_COMPONENTS ${components})
get_target_property(ROWFALL_LIBRARY_TYPE rowfall TYPE)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/rowfallConfig.cmake.in
  ${PROJECT_BINARY_DIR}/rowfallConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/rowfallConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/rowfallConfig.cmake
  ${PROJECT_BINARY_DIR}/rowfallConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindRdKafka.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindRE2.cmake
  DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
