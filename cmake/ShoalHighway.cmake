# Defines hwy::hwy: by Highway's own CMake package, or, as older packages of it have none, from the
# header and the library.
find_package(hwy QUIET)
if(NOT hwy_FOUND)
  find_path(HWY_INCLUDE hwy/highway.h REQUIRED)
  find_library(HWY_LIBRARY hwy REQUIRED)
  add_library(hwy::hwy UNKNOWN IMPORTED)
  set_target_properties(hwy::hwy PROPERTIES IMPORTED_LOCATION ${HWY_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES
                                                                            ${HWY_INCLUDE})
endif()
