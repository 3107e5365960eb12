# make demo [SECONDS=20] [VIDEO=file] [OUTPUT=folder] · make test [ARGS="-k words"] · make test-all
# make lint · make bench · make docs · make build · make clean
# PYTHON names the interpreter, DISTRO the ROS distribution.
PYTHON ?= python3
export DISTRO
BOOTSTRAP := @"$(PYTHON)" tools/bootstrap.py

.PHONY: demo test test-all lint bench docs build clean

demo:
	$(BOOTSTRAP) demo $(if $(SECONDS),--seconds "$(SECONDS)") $(if $(VIDEO),--video "$(VIDEO)") \
		$(if $(OUTPUT),--output "$(OUTPUT)") $(ARGS)

test test-all lint bench docs:
	$(BOOTSTRAP) $@ $(ARGS)

build clean:
	$(BOOTSTRAP) $@
