# linnet_test(FOLDER source...): the one test binary of tests/FOLDER, its cases registered with CTest one by one.
# linnet_python_test(FOLDER x_test.py...): Python's unittest files of tests/FOLDER, one CTest case a file.
find_package(GTest REQUIRED)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
include(GoogleTest)

function(linnet_test folder)
  set(target test_${folder})
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE linnet linnet_dependencies linnet_test_support GTest::gtest_main)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE LINNET_GOLDEN_DIR="${PROJECT_SOURCE_DIR}/tests/golden")
  linnet_target_defaults(${target})
  gtest_discover_tests(${target} TEST_PREFIX "${folder}." PROPERTIES LABELS unit TIMEOUT 600 DISCOVERY_TIMEOUT 120)
endfunction()

function(linnet_python_test folder)
  foreach(file ${ARGN})
    string(REGEX REPLACE "_test\\.py$" "" name ${file})
    add_test(NAME ${folder}.${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set_tests_properties(${folder}.${name} PROPERTIES LABELS scripts TIMEOUT 600
      ENVIRONMENT "CXX=${CMAKE_CXX_COMPILER};LINNET_BUILD_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
