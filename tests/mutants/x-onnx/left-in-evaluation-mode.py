"""The modes are not put back.

loses: onnx_leaves_no_trace
cause: the old mode was not restored
"""


class OnnxNetwork(nn.Module):
    def __init__(self, model, image_shape):
        super().__init__()
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        program = torch.onnx.export(
            model,
            (torch.zeros(2, *image_shape),),
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
        )

        self.session = InferenceSession(program.model_proto.SerializeToString())

    def forward(self, images):
        return torch.from_numpy(self.session.run(None, {"images": images.numpy()})[0])
