# The tests of `colcon test`: pytest, and the linters of ament with the settings of this code.

# Find a package of tests; without it, its test is left out with a warning.
macro(find_test_package name)
  find_package(${name} QUIET)
  if(NOT ${name}_FOUND)
    message(WARNING "${name} is not installed: its test is left out; `rosdep install` installs it")
  endif()
endmacro()

# The tests import their own modules, tools/, and the messages in the folder of the installation.
find_test_package(ament_cmake_pytest)
if(ament_cmake_pytest_FOUND)
  set(python_path
    ${CMAKE_CURRENT_SOURCE_DIR}
    ${CMAKE_CURRENT_SOURCE_DIR}/test
    ${CMAKE_CURRENT_SOURCE_DIR}/tools
    ${CMAKE_INSTALL_PREFIX}/${PYTHON_INSTALL_DIR}
  )
  list(JOIN python_path ":" python_path)
  ament_add_pytest_test(test test
    TIMEOUT 3600
    ENV "PYTEST_ADDOPTS=--numprocesses=auto --maxprocesses=4"
    APPEND_ENV PYTHONPATH=${python_path} AMENT_PREFIX_PATH=${CMAKE_INSTALL_PREFIX}
    APPEND_LIBRARY_DIRS ${CMAKE_INSTALL_PREFIX}/lib
  )
endif()

# One licence for all files, in LICENSE: they have no headers.
find_test_package(ament_cmake_copyright)
if(ament_cmake_copyright_FOUND)
  ament_copyright(LICENSE)
endif()

find_test_package(ament_cmake_flake8)
if(ament_cmake_flake8_FOUND)
  ament_flake8(CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/.flake8
    launch pose_action_ros setup.py test tools)
  set_tests_properties(flake8 PROPERTIES TIMEOUT 600)
endif()

# Docstrings of Google's convention, as ruff checks them (pyproject.toml).
find_test_package(ament_cmake_pep257)
if(ament_cmake_pep257_FOUND)
  ament_pep257(--convention google --add-ignore D105 D107 D402 D403 -- launch pose_action_ros)
  set_tests_properties(pep257 PROPERTIES TIMEOUT 600)
endif()

find_test_package(ament_cmake_xmllint)
if(ament_cmake_xmllint_FOUND)
  ament_xmllint(package.xml config/fastdds.xml config/fastdds_small.xml)
endif()

find_test_package(ament_cmake_lint_cmake)
if(ament_cmake_lint_cmake_FOUND)
  ament_lint_cmake(MAX_LINE_LENGTH 100 CMakeLists.txt cmake)
endif()
