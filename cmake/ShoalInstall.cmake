# `cmake --install build --component cpp` gives C++ users find_package(shoal) and shoal::shoal. The
# library remembers where its Arrow is; in a Python package that is the pyarrow beside it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(SKBUILD)
  set_target_properties(shoal PROPERTIES INSTALL_RPATH "$ORIGIN/../pyarrow")
else()
  set_target_properties(
    shoal PROPERTIES INSTALL_RPATH "${SHOAL_ARROW_LIBRARIES_FOLDER}" VERSION ${PROJECT_VERSION}
                     SOVERSION 0)
endif()

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/shoal)
install(
  TARGETS shoal
  EXPORT shoal
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cpp
  INCLUDES
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT cpp)
install(
  EXPORT shoal
  FILE shoal-targets.cmake
  NAMESPACE shoal::
  DESTINATION ${config_folder}
  COMPONENT cpp)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/shoal-config.cmake.in ${PROJECT_BINARY_DIR}/shoal-config.cmake
  INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/shoal-config-version.cmake
  VERSION ${PROJECT_VERSION}
  COMPATIBILITY SameMinorVersion)
install(
  FILES ${PROJECT_BINARY_DIR}/shoal-config.cmake ${PROJECT_BINARY_DIR}/shoal-config-version.cmake
  DESTINATION ${config_folder}
  COMPONENT cpp)
