# linnet_add_isa_units(LIST...): compiles one unit for each LINNET_ISA(name, "flags") row of the lists, with the row's flags,
# and writes these rows to kernels/isa_list.inc for the sources; rows whose flags the compiler does not know are left out.
# Always -O2 and never instrumented: at -O0 or under a sanitizer inline functions stay out of line and become symbols that
# units of different instruction sets would share (tools/check_isa_objects.sh).
include(CheckCXXCompilerFlag)

function(linnet_add_isa_units)
  set(built "")
  foreach(list ${ARGN})
    get_filename_component(folder ${list} DIRECTORY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    file(STRINGS ${list} rows REGEX "^LINNET_ISA\\(")
    foreach(row ${rows})
      string(REGEX MATCH "^LINNET_ISA\\(([a-z0-9_]+), \"(.*)\"\\)" _ "${row}")
      set(name ${CMAKE_MATCH_1})
      set(flags "${CMAKE_MATCH_2}")
      check_cxx_compiler_flag("${flags}" LINNET_COMPILER_KNOWS_${name})
      if(LINNET_COMPILER_KNOWS_${name})
        linnet_add_isa_unit(${folder}/${name}.cc "${flags}")
        string(APPEND built "${row}\n")
      else()
        message(WARNING "linnet has no kernels for ${name}: the compiler does not know ${flags}")
      endif()
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/kernels/isa_list.inc CONTENT "${built}" @ONLY)
endfunction()

function(linnet_add_isa_unit source flags)
  separate_arguments(flags)
  target_sources(linnet_objects PRIVATE ${source})
  # g++ 12's own AVX-512 header trips these two warnings (GCC bug 105593).
  set_source_files_properties(${source} TARGET_DIRECTORY linnet_objects PROPERTIES
    INCLUDE_DIRECTORIES ${PROJECT_BINARY_DIR}/generated
    COMPILE_OPTIONS "-O2;-fno-exceptions;-fno-sanitize=all;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>;-Wno-uninitialized;${flags}")
endfunction()
