# Headers, libraries, the command line, the CMake package and the pkg-config file.
# The shared library shows what LINNET_API marks and nothing that a template of the standard library adds.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(LINNET_EXPORTS ${PROJECT_SOURCE_DIR}/cmake/exports.map)
  target_link_options(linnet_shared PRIVATE -Wl,--version-script=${LINNET_EXPORTS})
  set_target_properties(linnet_shared PROPERTIES LINK_DEPENDS ${LINNET_EXPORTS})
endif()

if(NOT LINNET_INSTALL)
  return()
endif()
install(TARGETS linnet linnet_shared linnet_dependencies EXPORT linnet_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/linnet ${PROJECT_BINARY_DIR}/include/linnet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(DIRECTORY recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/linnet FILES_MATCHING PATTERN "*.json")
install(FILES models/manifest.json DESTINATION ${CMAKE_INSTALL_DATADIR}/linnet)
if(TARGET linnet_cli)
  install(TARGETS linnet_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(LINNET_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/linnet)
install(EXPORT linnet_targets NAMESPACE linnet:: FILE linnetTargets.cmake DESTINATION ${LINNET_CMAKE_DIR})
include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/linnetConfig.cmake.in linnetConfig.cmake INSTALL_DESTINATION ${LINNET_CMAKE_DIR})
write_basic_package_version_file(linnetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/linnetConfig.cmake ${PROJECT_BINARY_DIR}/linnetConfigVersion.cmake
  DESTINATION ${LINNET_CMAKE_DIR})

# The prefix is told by the file's own place, so that an installed tree can be moved.
set(LINNET_PC_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH LINNET_PC_TO_PREFIX /prefix/${LINNET_PC_DIR} /prefix)
configure_file(cmake/linnet.pc.in linnet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/linnet.pc DESTINATION ${LINNET_PC_DIR})
