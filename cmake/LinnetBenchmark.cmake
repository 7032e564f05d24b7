# linnet_benchmark(FOLDER source...): the one benchmark binary of benchmarks/FOLDER.
find_package(benchmark REQUIRED)

function(linnet_benchmark folder)
  set(target bench_${folder})
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE linnet linnet_dependencies benchmark::benchmark)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  linnet_target_defaults(${target})
endfunction()
