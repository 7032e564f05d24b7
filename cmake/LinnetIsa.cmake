# linnet_add_isa_units(LIST): compiles one unit for each LINNET_ISA(name, "flags") row of LIST, with the row's flags.
# Always -O2 and never instrumented: at -O0 or under a sanitizer inline functions stay out of line and become symbols that
# units of different instruction sets would share (tools/check_isa_objects.sh).
function(linnet_add_isa_units list)
  get_filename_component(folder ${list} DIRECTORY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} rows REGEX "^LINNET_ISA\\(")
  foreach(row ${rows})
    string(REGEX MATCH "^LINNET_ISA\\(([a-z0-9_]+), \"(.*)\"\\)" _ "${row}")
    linnet_add_isa_unit(${folder}/${CMAKE_MATCH_1}.cc "${CMAKE_MATCH_2}")
  endforeach()
endfunction()

function(linnet_add_isa_unit source flags)
  separate_arguments(flags)
  target_sources(linnet_objects PRIVATE ${source})
  # g++ 12's own AVX-512 header trips these two warnings (GCC bug 105593).
  set_source_files_properties(${source} TARGET_DIRECTORY linnet_objects PROPERTIES
    COMPILE_OPTIONS "-O2;-fno-exceptions;-fno-sanitize=all;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>;-Wno-uninitialized;${flags}")
endfunction()
