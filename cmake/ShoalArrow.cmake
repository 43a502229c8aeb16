# Defines the target shoal_arrow: the Arrow C++ inside the pyarrow of the Python found, or a system
# Arrow when SHOAL_SYSTEM_ARROW is on.
option(SHOAL_SYSTEM_ARROW "Use find_package(Arrow) instead of the Arrow inside pyarrow" OFF)
add_library(shoal_arrow INTERFACE)
if(SHOAL_SYSTEM_ARROW)
  find_package(Arrow REQUIRED)
  target_link_libraries(shoal_arrow INTERFACE Arrow::arrow_shared)
else()
  find_package(Python 3.9 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c
            "import pyarrow as pa; print(pa.get_include()); print(pa.get_library_dirs()[0])"
    OUTPUT_VARIABLE arrow_paths OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE arrow_failed)
  if(arrow_failed)
    message(FATAL_ERROR "pyarrow was not found by ${Python_EXECUTABLE}: pip install pyarrow, or set SHOAL_SYSTEM_ARROW=ON")
  endif()
  string(REPLACE "\n" ";" arrow_paths "${arrow_paths}")
  list(GET arrow_paths 0 SHOAL_ARROW_INCLUDE)
  list(GET arrow_paths 1 SHOAL_ARROW_LIBRARIES_FOLDER)
  file(GLOB SHOAL_ARROW_LIBRARY ${SHOAL_ARROW_LIBRARIES_FOLDER}/libarrow.so.*)
  file(GLOB SHOAL_ARROW_COMPUTE_LIBRARY ${SHOAL_ARROW_LIBRARIES_FOLDER}/libarrow_compute.so.*)
  target_include_directories(shoal_arrow SYSTEM INTERFACE $<BUILD_INTERFACE:${SHOAL_ARROW_INCLUDE}>)
  target_link_libraries(
    shoal_arrow INTERFACE $<BUILD_INTERFACE:${SHOAL_ARROW_LIBRARY}>
                          $<BUILD_INTERFACE:${SHOAL_ARROW_COMPUTE_LIBRARY}>)
endif()
